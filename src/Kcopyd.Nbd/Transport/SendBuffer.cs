namespace Kcopyd.Nbd.Transport;

/// <summary>Gathers short pieces, so that many go out in one call, with the beginning of a long one that follows: a
/// peer wakes up once for a header and its payload. One thread at a time.</summary>
/// <param name="send">Is given whole pieces.</param>
internal sealed class SendBuffer(SendBytes send)
{
    /// <summary>How many bytes may wait.</summary>
    private const int Capacity = 64 * 1024;

    /// <summary>A piece of more is not copied, except for its beginning: that costs more than sending it.</summary>
    private const int ShortBytes = 16 * 1024;

    private byte[]? _bytes;
    private int _count;

    /// <summary>Whether all that came is sent.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Keeps a copy of a piece, or sends it, after all that came before. On return its memory is
    /// free.</summary>
    public void Add(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > ShortBytes)
        {
            AddLong(piece);
            return;
        }

        if (piece.Length > Capacity - _count)
        {
            Flush();
        }

        Keep(piece);
    }

    /// <summary>Sends what was kept.</summary>
    public void Flush()
    {
        if (_count > 0)
        {
            send(_bytes.AsSpan(0, _count), default);
            _count = 0;
        }
    }

    private void AddLong(ReadOnlySpan<byte> piece)
    {
        if (_count == 0)
        {
            send(piece, default);
            return;
        }

        var begin = Math.Min(ShortBytes, Capacity - _count);
        Keep(piece[..begin]);
        send(_bytes.AsSpan(0, _count), piece[begin..]);
        _count = 0;
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        piece.CopyTo((_bytes ??= new byte[Capacity]).AsSpan(_count));
        _count += piece.Length;
    }
}
