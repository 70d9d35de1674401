using System.Buffers.Binary;
using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Client;

/// <summary>Reads replies and gives each to the request that it answers. Trusts nothing that a server says.</summary>
internal sealed class ReplyReader(NbdReader reader, NbdTerms terms, Func<ulong, PendingRequest?> find)
{
    private const int OffsetBytes = sizeof(ulong);

    /// <summary>Reads one reply, or one chunk of one.</summary>
    /// <returns>The request that is answered with it; null: more is to come.</returns>
    /// <exception cref="NbdProtocolException">The server does not keep to the protocol.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    public async ValueTask<PendingRequest?> NextAsync(CancellationToken cancellationToken)
    {
        var head = await reader.TakeAsync(NbdSimpleReply.Size, cancellationToken).ConfigureAwait(false);
        if (BinaryPrimitives.ReadUInt32BigEndian(head.Span) != NbdMagic.Chunk)
        {
            return await TakeSimpleAsync(NbdSimpleReply.Read(head.Span), cancellationToken).ConfigureAwait(false);
        }

        if (!terms.IsStructured)
        {
            throw new NbdProtocolException("the server replies in chunks, which were not agreed");
        }

        var bytes = new byte[NbdChunkHeader.Size];
        head.CopyTo(bytes);
        var rest = await reader.TakeAsync(NbdChunkHeader.Size - NbdSimpleReply.Size, cancellationToken)
            .ConfigureAwait(false);
        rest.CopyTo(bytes.AsMemory(NbdSimpleReply.Size));
        var chunk = NbdChunkHeader.Read(bytes);
        reader.Expect(chunk.Type == NbdChunkType.OffsetData ? chunk.Length : 0);
        var request = Find(chunk.Cookie);
        await TakeChunkAsync(chunk, request, cancellationToken).ConfigureAwait(false);
        return chunk.IsDone ? request : null;
    }

    private PendingRequest Find(ulong cookie) =>
        find(cookie) ?? throw new NbdProtocolException(
            $"the server answers request {cookie}, which was not sent or is answered already");

    private async ValueTask<PendingRequest> TakeSimpleAsync(NbdSimpleReply reply, CancellationToken cancellationToken)
    {
        var request = Find(reply.Cookie);
        if (reply.Error != NbdError.None)
        {
            request.Fail(reply.Error, "");
            return request;
        }

        if (request.Header.Command is NbdCommand.Read or NbdCommand.BlockStatus && terms.IsStructured)
        {
            throw new NbdProtocolException("the server answers a read without chunks, which were agreed");
        }

        if (request.Header.Command == NbdCommand.Read)
        {
            request.Coverage.TryAdd(0, request.Destination.Length);
            await reader.ReadAsync(request.Destination, cancellationToken).ConfigureAwait(false);
        }

        return request;
    }

    private async ValueTask TakeChunkAsync(
        NbdChunkHeader chunk, PendingRequest request, CancellationToken cancellationToken)
    {
        if (chunk.IsError)
        {
            await TakeErrorAsync(chunk, request, cancellationToken).ConfigureAwait(false);
            return;
        }

        switch (chunk.Type)
        {
            case NbdChunkType.None when chunk is { Length: 0, IsDone: true }:
                break;
            case NbdChunkType.OffsetData when request.Header.Command == NbdCommand.Read && chunk.Length > OffsetBytes:
                var position = await OffsetAsync(cancellationToken).ConfigureAwait(false);
                var data = Cover(request, position, chunk.Length - OffsetBytes);
                await reader.ReadAsync(data, cancellationToken).ConfigureAwait(false);
                break;
            case NbdChunkType.OffsetHole when request.Header.Command == NbdCommand.Read
                && chunk.Length == OffsetBytes + sizeof(uint):
                var hole = await reader.TakeAsync((int)chunk.Length, cancellationToken).ConfigureAwait(false);
                var start = BinaryPrimitives.ReadUInt64BigEndian(hole.Span);
                Cover(request, start, BinaryPrimitives.ReadUInt32BigEndian(hole.Span[OffsetBytes..])).Span.Clear();
                break;
            case NbdChunkType.BlockStatus when request.Header.Command == NbdCommand.BlockStatus:
                await TakeExtentsAsync(chunk, request, cancellationToken).ConfigureAwait(false);
                break;
            default:
                throw new NbdProtocolException(
                    $"the server answers {request.Header.Command} with a chunk of type {(ushort)chunk.Type} and "
                    + $"{chunk.Length} bytes");
        }
    }

    private async ValueTask<ulong> OffsetAsync(CancellationToken cancellationToken) =>
        BinaryPrimitives.ReadUInt64BigEndian(
            (await reader.TakeAsync(OffsetBytes, cancellationToken).ConfigureAwait(false)).Span);

    private static Memory<byte> Cover(PendingRequest request, ulong position, uint count)
    {
        var start = position >= request.Header.Offset && position - request.Header.Offset <= int.MaxValue
            ? (long)(position - request.Header.Offset)
            : -1;
        return request.Coverage.TryAdd(start, count)
            ? request.Destination.Slice((int)start, (int)count)
            : throw new NbdProtocolException(
                $"the server sends {count} bytes at {position} that were not asked for, or came already");
    }

    private async ValueTask TakeErrorAsync(
        NbdChunkHeader chunk, PendingRequest request, CancellationToken cancellationToken)
    {
        if (chunk.Length > NbdLimits.MaxOptionPayload)
        {
            throw new NbdProtocolException($"the server says in {chunk.Length} bytes why a request failed");
        }

        var bytes = await reader.TakeAsync((int)chunk.Length, cancellationToken).ConfigureAwait(false);
        var payload = new NbdPayload(bytes.Span);
        var error = (NbdError)payload.ReadUInt32();
        request.Fail(error, NbdText.Quote(payload.Take(payload.ReadUInt16())));
    }

    private async ValueTask TakeExtentsAsync(
        NbdChunkHeader chunk, PendingRequest request, CancellationToken cancellationToken)
    {
        var count = (chunk.Length - sizeof(uint)) / NbdExtent.Size;
        if (request.Extents is not null
            || chunk.Length < sizeof(uint) + NbdExtent.Size
            || (chunk.Length - sizeof(uint)) % NbdExtent.Size != 0
            || count > NbdLimits.MaxExtents * 4)
        {
            throw new NbdProtocolException($"the server tells extents in {chunk.Length} bytes");
        }

        var bytes = new byte[chunk.Length];
        await reader.ReadAsync(bytes, cancellationToken).ConfigureAwait(false);
        var context = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        request.Extents = context == terms.AllocationContext
            ? ExtentsOf(bytes.AsSpan(sizeof(uint)), request.Header)
            : throw new NbdProtocolException($"the server tells of context {context}, which was not agreed");
    }

    /// <remarks>The last one may go beyond what was asked for.</remarks>
    private static List<BlockExtent> ExtentsOf(ReadOnlySpan<byte> bytes, NbdRequestHeader header)
    {
        List<BlockExtent> extents = [];
        var (at, end) = ((long)header.Offset, (long)header.Offset + header.Length);
        for (; !bytes.IsEmpty && at < end; bytes = bytes[NbdExtent.Size..])
        {
            var extent = NbdExtent.Read(bytes);
            var length = Math.Min(extent.Length, end - at);
            if (length == 0)
            {
                throw new NbdProtocolException("the server tells of an extent of no bytes");
            }

            extents.Add(new BlockExtent(at, length, StatusOf(extent.Flags)));
            at += length;
        }

        return extents;
    }

    /// <remarks>A hole that does not read as zeros has to be read.</remarks>
    private static BlockStatus StatusOf(NbdExtentFlags flags) =>
        (flags.HasFlag(NbdExtentFlags.Zero), flags.HasFlag(NbdExtentFlags.Hole)) switch
        {
            (true, true) => BlockStatus.Hole,
            (true, false) => BlockStatus.Zero,
            _ => BlockStatus.Data,
        };
}
