using System.Buffers.Binary;
using System.Text;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Serving;

/// <summary>Sends the replies of one connection, one after the other. Any thread may call.</summary>
/// <remarks>A reply that cannot be sent has no one to hear of it; the reading side finds out for itself.</remarks>
internal sealed class ReplyWriter(Stream stream, bool isStructured, CancellationToken cut) : IDisposable
{
    private const int OffsetBytes = sizeof(ulong);

    private readonly SemaphoreSlim _turn = new(1, 1);

    public void Dispose() => _turn.Dispose();

    /// <summary>Done, or why not.</summary>
    public ValueTask EndAsync(ulong cookie, NbdError error)
    {
        if (!isStructured)
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
        if (!isStructured)
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
        if (!isStructured)
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

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var hasTurn = false;
        try
        {
            await _turn.WaitAsync(cut).ConfigureAwait(false);
            hasTurn = true;
            await stream.WriteAsync(bytes, cut).ConfigureAwait(false);
        }
        catch (Exception lost) when (lost is IOException or OperationCanceledException or ObjectDisposedException)
        {
        }
        finally
        {
            if (hasTurn)
            {
                _turn.Release();
            }
        }
    }
}
