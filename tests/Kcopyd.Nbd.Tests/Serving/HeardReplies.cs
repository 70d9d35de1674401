using System.Buffers.Binary;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Tests.Serving;

/// <summary>What one client hears from its first byte to its last, taken at its word: whatever begins wrong, is cut
/// off, answers what was not asked or answers it wrong, fails.</summary>
/// <param name="said">All that the client said: whatever could be understood as a request or an option may be
/// answered.</param>
/// <param name="diskOf">The disk that an export with such flags gives.</param>
internal sealed class HeardReplies(byte[] said, Func<NbdTransmissionFlags, FuzzedDisk> diskOf)
{
    private const int ZeroesOfExportName = 124;
    private const int TopicBytes = sizeof(ushort);
    private const int FlagsAt = 3;

    private readonly ILookup<ulong, NbdRequestHeader> _requests = SaidWords
        .At(said, NbdMagic.Request, NbdRequestHeader.Size)
        .Select(at => NbdRequestHeader.Read(said.AsSpan(at)))
        .ToLookup(static request => request.Cookie);

    private readonly HashSet<NbdOption> _options = SaidWords
        .At(said, NbdMagic.Option, NbdOptionHeader.Size)
        .Select(at => NbdOptionHeader.Read(said.AsSpan(at)).Option)
        .ToHashSet();

    private readonly List<ulong> _answered = [];
    private FuzzedDisk? _disk;
    private bool _isStructured;

    /// <summary>The cookies of all replies; null: none was understood, because no export was taken, or because it
    /// cannot be said what is answered.</summary>
    public IReadOnlyList<ulong>? Answered { get; private set; }

    /// <summary>Reads all of it.</summary>
    public void Check(ReadOnlySpan<byte> heard)
    {
        var rest = new NbdPayload(heard);
        NbdGreeting.Read(rest.Take(NbdGreeting.Size));
        if (!Negotiate(ref rest))
        {
            return;
        }

        while (rest.Left > 0)
        {
            var isClear = _isStructured ? CheckChunk(ref rest) : CheckSimple(ref rest);
            if (!isClear)
            {
                return;
            }
        }

        Answered = _answered;
    }

    /// <returns>Whether an export was taken, unencrypted.</returns>
    private bool Negotiate(ref NbdPayload rest)
    {
        while (rest.Left > 0)
        {
            var ahead = rest;
            if (!ahead.Take(sizeof(ulong)).SequenceEqual(SaidWords.Of(NbdMagic.OptionReply)))
            {
                TakeExportName(ref rest);
                return true;
            }

            var reply = NbdOptionReplyHeader.Read(rest.Take(NbdOptionReplyHeader.Size));
            var payload = rest.Take((int)reply.Length);
            Assert.Contains(reply.Option, _options);
            Assert.True(reply.Kind != NbdOptionReplyKind.Ack || payload.IsEmpty, "an acknowledgement holds something");
            switch (reply.Option, reply.Kind)
            {
                case (NbdOption.Go, NbdOptionReplyKind.Info) when payload[..TopicBytes].IndexOfAnyExcept((byte)0) < 0:
                    _disk = diskOf(NbdExportSize.Read(payload[TopicBytes..]).Flags);
                    break;
                case (NbdOption.Go, NbdOptionReplyKind.Ack):
                    Assert.NotNull(_disk);
                    return true;
                case (NbdOption.StructuredReply, NbdOptionReplyKind.Ack):
                    _isStructured = true;
                    break;
                case (NbdOption.StartTls, NbdOptionReplyKind.Ack):
                    return false;
                default:
                    break;
            }
        }

        return false;
    }

    private void TakeExportName(ref NbdPayload rest)
    {
        Assert.Contains(NbdOption.ExportName, _options);
        var size = NbdExportSize.Read(rest.Take(NbdExportSize.Size));
        Assert.Equal(FuzzedDisk.Length, size.LengthBytes);
        _disk = diskOf(size.Flags);
        if (((NbdClientFlags)said[FlagsAt] & NbdClientFlags.NoZeroes) == 0)
        {
            Assert.Equal(-1, rest.Take(ZeroesOfExportName).IndexOfAnyExcept((byte)0));
        }
    }

    private bool CheckSimple(ref NbdPayload rest)
    {
        var reply = NbdSimpleReply.Read(rest.Take(NbdSimpleReply.Size));
        if (RequestOf(reply.Cookie) is not { } request)
        {
            return false;
        }

        if (request.Command == NbdCommand.Read && reply.Error == NbdError.None)
        {
            _disk!.CheckRead((long)request.Offset, rest.Take((int)request.Length));
        }

        return true;
    }

    private bool CheckChunk(ref NbdPayload rest)
    {
        var chunk = NbdChunkHeader.Read(rest.Take(NbdChunkHeader.Size));
        Assert.True(chunk.IsDone, "every reply of this server is one chunk");
        var payload = new NbdPayload(rest.Take((int)chunk.Length));
        if (RequestOf(chunk.Cookie) is not { } request)
        {
            return false;
        }

        switch (chunk.Type, request.Command)
        {
            case (NbdChunkType.OffsetData, NbdCommand.Read):
                Assert.Equal(request.Offset, BinaryPrimitives.ReadUInt64BigEndian(payload.Take(sizeof(ulong))));
                Assert.Equal(request.Length, (uint)payload.Left);
                _disk!.CheckRead((long)request.Offset, payload.Take(payload.Left));
                break;
            case (NbdChunkType.BlockStatus, NbdCommand.BlockStatus):
                CheckExtents(ref payload, request);
                break;
            case (NbdChunkType.Error or NbdChunkType.ErrorOffset, _):
                Assert.NotEqual(NbdError.None, (NbdError)payload.ReadUInt32());
                payload.Take(payload.ReadUInt16());
                payload.Take(chunk.Type == NbdChunkType.ErrorOffset ? sizeof(ulong) : 0);
                break;
            default:
                Assert.Equal(NbdChunkType.None, chunk.Type);
                Assert.True(
                    request.Command is not NbdCommand.Read and not NbdCommand.BlockStatus, $"no content for {request}");
                break;
        }

        payload.End();
        return true;
    }

    private static void CheckExtents(ref NbdPayload payload, NbdRequestHeader request)
    {
        Assert.NotEqual(0u, payload.ReadUInt32());
        var told = 0L;
        while (payload.Left > 0)
        {
            var extent = NbdExtent.Read(payload.Take(NbdExtent.Size));
            Assert.NotEqual(0u, extent.Length);
            Assert.True(told < request.Length, $"an extent behind the end of {request}");
            told += extent.Length;
        }

        Assert.NotEqual(0, told);
    }

    /// <summary>What is answered; each is answered once.</summary>
    /// <returns>Null where several requests that are not the same have one cookie.</returns>
    private NbdRequestHeader? RequestOf(ulong cookie)
    {
        _answered.Add(cookie);
        var asked = _requests[cookie].ToArray();
        var answers = _answered.Count(one => one == cookie);
        Assert.True(answers <= asked.Length, $"{answers} answers to {cookie:x}, asked {asked.Length} times");
        return asked.Distinct().Count() == 1 ? asked[0] : null;
    }
}
