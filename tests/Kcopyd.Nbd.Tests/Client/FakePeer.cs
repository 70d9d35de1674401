using System.Buffers.Binary;
using System.Text;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Transport;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Nbd.Tests.Client;

/// <summary>One connection of a <see cref="FakeServer"/>: the honest steps, and the means to lie.</summary>
internal sealed class FakePeer(Stream stream, CancellationToken end)
{
    public const int DiskBytes = 1 << 20;

    private const NbdTransmissionFlags Flags = NbdTransmissionFlags.HasFlags
        | NbdTransmissionFlags.SendFlush
        | NbdTransmissionFlags.SendFua
        | NbdTransmissionFlags.SendWriteZeroes
        | NbdTransmissionFlags.SendTrim;

    private readonly NbdReader _reader = new(stream);

    /// <summary>What every fake server holds at first.</summary>
    public static byte[] Content { get; } = TempDirectory.Bytes(DiskBytes, 42);

    /// <summary>What this one holds.</summary>
    public byte[] Disk { get; set; } = [.. Content];

    /// <summary>Whether it agrees to structured replies.</summary>
    public bool IsStructured { get; set; } = true;

    /// <summary>Whether it promises that a flush of one connection covers all.</summary>
    public bool IsMultiConn { get; set; }

    /// <summary>The size that it tells.</summary>
    public long LengthBytes { get; set; } = DiskBytes;

    /// <summary>The block sizes that it tells.</summary>
    public NbdBlockSizes Sizes { get; set; } = new(1, 4096, 1 << 20);

    /// <summary>Changes what goes out, one answer at a time; what it returns none for ends the connection.</summary>
    public Func<byte[], byte[]?> Spoil { get; set; } = static bytes => bytes;

    public async Task SendAsync(params byte[] bytes) =>
        await stream.WriteAsync(Spoil(bytes) ?? throw new IOException("the end of this connection"), end);

    /// <summary>Waits until the client says something, whatever it is.</summary>
    public async Task HearAsync() => await _reader.TakeAsync(1, end);

    /// <summary>Says nothing more, until the client goes.</summary>
    public async Task HangAsync()
    {
        while (!await _reader.IsAtEndAsync(1, end))
        {
            await _reader.TakeAsync(1, end);
        }
    }

    /// <summary>Neither says nor takes anything more, until the test is over.</summary>
    public Task StallAsync() => new TaskCompletionSource().Task.WaitAsync(end);

    public async Task GreetAsync()
    {
        var greeting = new byte[NbdGreeting.Size];
        new NbdGreeting(NbdHandshakeFlags.FixedNewstyle | NbdHandshakeFlags.NoZeroes).Write(greeting);
        await SendAsync(greeting);
        await _reader.TakeAsync(sizeof(uint), end);
    }

    public async Task<NbdOption> OptionAsync()
    {
        var header = NbdOptionHeader.Read((await _reader.TakeAsync(NbdOptionHeader.Size, end)).Span);
        await _reader.SkipAsync(header.Length, end);
        return header.Option;
    }

    public Task ReplyAsync(NbdOption option, NbdOptionReplyKind kind, params byte[] payload)
    {
        var header = new byte[NbdOptionReplyHeader.Size];
        new NbdOptionReplyHeader(option, kind, (uint)payload.Length).Write(header);
        return SendAsync([.. header, .. payload]);
    }

    /// <summary>Negotiates honestly, up to the option that takes the export.</summary>
    public async Task<NbdOption> UntilGoAsync()
    {
        await GreetAsync();
        while (true)
        {
            var option = await OptionAsync();
            switch (option)
            {
                case NbdOption.Go:
                    return option;
                case NbdOption.StructuredReply when IsStructured:
                    await ReplyAsync(option, NbdOptionReplyKind.Ack);
                    break;
                case NbdOption.SetMetaContext when IsStructured:
                    await ReplyAsync(option, NbdOptionReplyKind.MetaContext, [0, 0, 0, 1, .. Allocation]);
                    await ReplyAsync(option, NbdOptionReplyKind.Ack);
                    break;
                default:
                    await ReplyAsync(option, NbdOptionReplyKind.ErrUnsupported);
                    break;
            }
        }
    }

    /// <summary>Negotiates honestly to the end.</summary>
    public async Task NegotiateAsync()
    {
        var go = await UntilGoAsync();
        var flags = IsMultiConn ? Flags | NbdTransmissionFlags.CanMultiConn : Flags;
        await ReplyAsync(go, NbdOptionReplyKind.Info, SizeTopic(LengthBytes, flags));
        await ReplyAsync(go, NbdOptionReplyKind.Info, SizesTopic(Sizes));
        await ReplyAsync(go, NbdOptionReplyKind.Ack);
    }

    public static byte[] SizeTopic(long length, NbdTransmissionFlags flags = Flags)
    {
        var topic = new byte[sizeof(ushort) + NbdExportSize.Size];
        new NbdExportSize(length, flags).Write(topic.AsSpan(sizeof(ushort)));
        return topic;
    }

    public static byte[] SizesTopic(NbdBlockSizes sizes)
    {
        var topic = new byte[sizeof(ushort) + NbdBlockSizes.Size];
        BinaryPrimitives.WriteUInt16BigEndian(topic, (ushort)NbdTopic.BlockSize);
        sizes.Write(topic.AsSpan(sizeof(ushort)));
        return topic;
    }

    /// <summary>The next request; what a write carries is written.</summary>
    public async Task<NbdRequestHeader> RequestAsync()
    {
        var request = await HeadAsync();
        if (request.Command == NbdCommand.Write)
        {
            await TakeAsync(request);
        }

        return request;
    }

    /// <summary>The next request, without what it carries.</summary>
    public async Task<NbdRequestHeader> HeadAsync() =>
        NbdRequestHeader.Read((await _reader.TakeAsync(NbdRequestHeader.Size, end)).Span);

    /// <summary>Writes what a request carries.</summary>
    public async Task TakeAsync(NbdRequestHeader request) =>
        await _reader.ReadAsync(Disk.AsMemory((int)request.Offset, (int)request.Length), end);

    /// <summary>Answers as it should be.</summary>
    public Task AnswerAsync(NbdRequestHeader request) => (request.Command, IsStructured) switch
    {
        (NbdCommand.Read, true) => ChunkAsync(
            request, NbdChunkType.OffsetData, [.. Position(request.Offset), .. Data(request)]),
        (NbdCommand.Read, false) => SimpleAsync(request.Cookie, Data(request)),
        (NbdCommand.BlockStatus, _) => ChunkAsync(
            request, NbdChunkType.BlockStatus, [0, 0, 0, 1, .. Extent(request.Length, NbdExtentFlags.None)]),
        _ => SimpleAsync(request.Cookie, []),
    };

    /// <summary>Serves honestly until the client goes.</summary>
    public async Task ServeAsync()
    {
        await NegotiateAsync();
        while (await RequestAsync() is { Command: not NbdCommand.Disconnect } request)
        {
            await AnswerAsync(request);
        }
    }

    public Task ChunkAsync(NbdRequestHeader request, NbdChunkType type, params byte[] payload) =>
        ChunkAsync(new NbdChunkHeader(NbdChunkFlags.Done, type, request.Cookie, (uint)payload.Length), payload);

    public Task PartAsync(NbdRequestHeader request, NbdChunkType type, params byte[] payload) =>
        ChunkAsync(new NbdChunkHeader(NbdChunkFlags.None, type, request.Cookie, (uint)payload.Length), payload);

    /// <summary>A chunk whose head may say anything of what follows.</summary>
    public Task ChunkAsync(NbdChunkHeader header, params byte[] payload)
    {
        var bytes = new byte[NbdChunkHeader.Size];
        header.Write(bytes);
        return SendAsync([.. bytes, .. payload]);
    }

    public Task SimpleAsync(ulong cookie, byte[] data, NbdError error = NbdError.None)
    {
        var bytes = new byte[NbdSimpleReply.Size];
        new NbdSimpleReply(error, cookie).Write(bytes);
        return SendAsync([.. bytes, .. data]);
    }

    public byte[] Data(NbdRequestHeader request) => Disk[(int)request.Offset..(int)(request.Offset + request.Length)];

    public static byte[] Position(ulong offset)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, offset);
        return bytes;
    }

    public static byte[] Extent(uint length, NbdExtentFlags flags)
    {
        var bytes = new byte[NbdExtent.Size];
        new NbdExtent(length, flags).Write(bytes);
        return bytes;
    }

    private static byte[] Allocation => Encoding.UTF8.GetBytes(NbdContextRequest.BaseAllocation);
}
