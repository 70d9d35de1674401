using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Transport;

/// <summary>Reads what a peer sends: small pieces through a buffer, large ones straight to where they belong. One call
/// at a time. The stream is the caller's.</summary>
internal sealed class NbdReader(Stream stream)
{
    /// <summary>Room for many headers, and for the largest payload that is not data.</summary>
    private const int BufferBytes = 64 * 1024;

    /// <summary>A payload that is not worth reading through the buffer; unit: bytes.</summary>
    private const int LargeBytes = 32 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private bool _readsAhead = true;
    private int _start;
    private int _end;

    /// <summary>Whether the next call has to ask the stream.</summary>
    public bool IsEmpty => _start == _end;

    /// <summary>Says how long the payload of a message is. After a large one only what is asked for is read, since
    /// another is likely, whose bytes would come into the buffer first and be copied.</summary>
    public void Expect(long payloadBytes) => _readsAhead = payloadBytes < LargeBytes;

    /// <summary>Whether the peer has closed its side, with nothing left to be read. Waits until it is known.</summary>
    /// <param name="headBytes">How many bytes the next message begins with.</param>
    /// <param name="cancellationToken">Leaves the stream where nobody knows.</param>
    /// <exception cref="IOException">The connection failed.</exception>
    public async ValueTask<bool> IsAtEndAsync(int headBytes, CancellationToken cancellationToken)
    {
        if (_start < _end)
        {
            return false;
        }

        var room = _readsAhead ? _buffer : _buffer.AsMemory(0, headBytes);
        (_start, _end) = (0, await stream.ReadAsync(room, cancellationToken).ConfigureAwait(false));
        return _end == 0;
    }

    /// <summary>The stream goes on encrypted: whatever the peer sent too early, or somebody on its way, is not taken
    /// for what comes encrypted, nor dropped.</summary>
    /// <exception cref="NbdProtocolException">Something is left to be read.</exception>
    public void DemandEmpty()
    {
        if (_start < _end)
        {
            throw new NbdProtocolException(
                $"the peer sent {_end - _start} bytes in plain text behind its last message before TLS");
        }
    }

    /// <summary>The next bytes, in this reader's own memory until the next call.</summary>
    /// <param name="count">How many; at most 64 KiB.</param>
    /// <param name="cancellationToken">Leaves the stream where nobody knows.</param>
    /// <exception cref="NbdProtocolException">The peer closed its side before.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    public ValueTask<ReadOnlyMemory<byte>> TakeAsync(int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, BufferBytes);
        return _end - _start >= count
            ? new ValueTask<ReadOnlyMemory<byte>>(Take(count))
            : FillAsync(count, cancellationToken);
    }

    /// <summary>Fills all of a buffer.</summary>
    /// <exception cref="NbdProtocolException">The peer closed its side before.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    public async ValueTask ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        for (var done = 0; done < destination.Length;)
        {
            var count = await ReadSomeAsync(destination[done..], cancellationToken).ConfigureAwait(false);
            done += count > 0 ? count : throw Closed(done, destination.Length);
        }
    }

    /// <summary>Fills as much of a buffer as has come, and waits for nothing else.</summary>
    /// <returns>How many bytes; 0: the peer has closed its side.</returns>
    /// <exception cref="IOException">The connection failed.</exception>
    public ValueTask<int> ReadSomeAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (IsEmpty)
        {
            return stream.ReadAsync(destination, cancellationToken);
        }

        var kept = Take(Math.Min(destination.Length, _end - _start));
        kept.CopyTo(destination);
        return new ValueTask<int>(kept.Length);
    }

    /// <summary>What it is when the peer closes its side in the middle.</summary>
    /// <param name="read">How many bytes came.</param>
    /// <param name="expected">How many were to come.</param>
    public static NbdProtocolException Closed(int read, int expected) =>
        new($"the peer closed the connection after {read} of {expected} bytes that it was to send");

    /// <summary>Throws bytes away.</summary>
    /// <exception cref="NbdProtocolException">The peer closed its side before.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    public async ValueTask SkipAsync(long count, CancellationToken cancellationToken)
    {
        for (var left = count; left > 0;)
        {
            var piece = (int)Math.Min(left, BufferBytes);
            await TakeAsync(piece, cancellationToken).ConfigureAwait(false);
            left -= piece;
        }
    }

    private ReadOnlyMemory<byte> Take(int count)
    {
        var taken = _buffer.AsMemory(_start, count);
        _start += count;
        return taken;
    }

    private async ValueTask<ReadOnlyMemory<byte>> FillAsync(int count, CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        while (_end < count)
        {
            var room = _buffer.AsMemory(_end, (_readsAhead ? BufferBytes : count) - _end);
            var more = await stream.ReadAsync(room, cancellationToken).ConfigureAwait(false);
            _end += more > 0 ? more : throw Closed(_end, count);
        }

        return Take(count);
    }
}
