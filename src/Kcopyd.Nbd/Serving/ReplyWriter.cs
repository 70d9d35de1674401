using System.Buffers.Binary;
using System.Text;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Serving;

/// <summary>Sends the replies of one connection, one after the other. Any thread may call.</summary>
/// <remarks>
/// The connection's own thread, which makes this, keeps short replies until it has nothing else to do: <see
/// cref="Flush"/>. Replies of other threads go out on a thread for that. A reply that cannot be sent has no one to hear
/// of it; the reading side finds out for itself.
/// </remarks>
internal sealed class ReplyWriter
{
    private const int OffsetBytes = sizeof(ulong);

    private readonly Stream _stream;
    private readonly bool _isStructured;
    private readonly Lock _turn = new();
    private readonly SocketSender _others;
    private readonly int _ownThread = Environment.CurrentManagedThreadId;
    private readonly SendBuffer _kept;

    /// <summary>Of a client.</summary>
    /// <param name="stream">Where it is; writing waits.</param>
    /// <param name="isStructured">Whether replies are in chunks.</param>
    public ReplyWriter(Stream stream, bool isStructured)
    {
        (_stream, _isStructured) = (stream, isStructured);
        (_others, _kept) = (new SocketSender(Write), new SendBuffer(Write));
    }

    /// <summary>Sends what was kept. The connection's own thread, before it waits for anything.</summary>
    public void Flush() => _kept.Flush();

    /// <summary>The last call, when every reply was sent.</summary>
    public void Close() => _others.Close();

    /// <summary>Done, or why not.</summary>
    public ValueTask EndAsync(ulong cookie, NbdError error)
    {
        if (!_isStructured)
        {
            var simple = new byte[NbdSimpleReply.Size];
            new NbdSimpleReply(error, cookie).Write(simple);
            return SendAsync(simple);
        }

        return error == NbdError.None
            ? SendAsync(Chunk(cookie, NbdChunkType.None, 0))
            : FailAsync(cookie, error, reason: "", offset: null);
    }

    /// <summary>Why a request failed, with a sentence and the position where the protocol has room for them.</summary>
    public ValueTask FailAsync(ulong cookie, NbdError error, string reason, long? offset)
    {
        if (!_isStructured)
        {
            return EndAsync(cookie, error);
        }

        var text = Encoding.UTF8.GetBytes(reason);
        text = text.Length <= NbdLimits.MaxString ? text : [];
        var length = sizeof(uint) + sizeof(ushort) + text.Length + (offset is null ? 0 : OffsetBytes);
        var type = offset is null ? NbdChunkType.Error : NbdChunkType.ErrorOffset;
        var bytes = Chunk(cookie, type, length);
        var payload = bytes.AsSpan(NbdChunkHeader.Size);
        BinaryPrimitives.WriteUInt32BigEndian(payload, (uint)error);
        BinaryPrimitives.WriteUInt16BigEndian(payload[sizeof(uint)..], (ushort)text.Length);
        text.CopyTo(payload[(sizeof(uint) + sizeof(ushort))..]);
        if (offset is { } at)
        {
            BinaryPrimitives.WriteInt64BigEndian(payload[^OffsetBytes..], at);
        }

        return SendAsync(bytes);
    }

    /// <summary>The bytes of a read, which are in the buffer.</summary>
    public ValueTask DataAsync(NbdRequestHeader request, TransferBuffer buffer)
    {
        var length = (int)request.Length;
        if (!_isStructured)
        {
            var simple = buffer.DataBehind(NbdSimpleReply.Size, length);
            new NbdSimpleReply(NbdError.None, request.Cookie).Write(simple.Span);
            return SendAsync(simple);
        }

        var chunk = buffer.DataBehind(NbdChunkHeader.Size + OffsetBytes, length);
        Head(request.Cookie, NbdChunkType.OffsetData, length + OffsetBytes).Write(chunk.Span);
        BinaryPrimitives.WriteUInt64BigEndian(chunk.Span[NbdChunkHeader.Size..], request.Offset);
        return SendAsync(chunk);
    }

    /// <summary>The extents of a block status, from the position that was asked about.</summary>
    public ValueTask ExtentsAsync(ulong cookie, IReadOnlyList<NbdExtent> extents)
    {
        var bytes = Chunk(cookie, NbdChunkType.BlockStatus, sizeof(uint) + (extents.Count * NbdExtent.Size));
        var payload = bytes.AsSpan(NbdChunkHeader.Size);
        BinaryPrimitives.WriteUInt32BigEndian(payload, ServerNegotiation.AllocationContext);
        for (var i = 0; i < extents.Count; i++)
        {
            extents[i].Write(payload[(sizeof(uint) + (i * NbdExtent.Size))..]);
        }

        return SendAsync(bytes);
    }

    private static byte[] Chunk(ulong cookie, NbdChunkType type, int payloadBytes)
    {
        var bytes = new byte[NbdChunkHeader.Size + payloadBytes];
        Head(cookie, type, payloadBytes).Write(bytes);
        return bytes;
    }

    /// <remarks>Every reply of ours is one chunk.</remarks>
    private static NbdChunkHeader Head(ulong cookie, NbdChunkType type, int payloadBytes) =>
        new(NbdChunkFlags.Done, type, cookie, (uint)payloadBytes);

    private ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (Environment.CurrentManagedThreadId != _ownThread)
        {
            return new ValueTask(_others.SendAsync(bytes));
        }

        _kept.Add(bytes.Span);
        return default;
    }

    /// <summary>Replies of both threads take turns, each with all of its bytes.</summary>
    private void Write(ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest)
    {
        lock (_turn)
        {
            try
            {
                _stream.Write(first);
                if (!rest.IsEmpty)
                {
                    _stream.Write(rest);
                }
            }
#pragma warning disable CA1031 // of one client, whatever it is
            catch (Exception)
#pragma warning restore CA1031
            {
                // Whoever reads hears of it.
            }
        }
    }
}
