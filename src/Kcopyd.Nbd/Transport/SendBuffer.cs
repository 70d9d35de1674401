namespace Kcopyd.Nbd.Transport;

/// <summary>Gathers short pieces, so that many go out in one call. One thread at a time.</summary>
/// <param name="send">Sends bytes, and waits for that; never fails.</param>
internal sealed class SendBuffer(Action<ReadOnlySpan<byte>> send)
{
    /// <summary>How many bytes may wait.</summary>
    private const int Capacity = 64 * 1024;

    /// <summary>A piece of more goes out by itself: copying it costs more than sending it.</summary>
    private const int ShortBytes = 16 * 1024;

    private byte[]? _bytes;
    private int _count;

    /// <summary>Keeps a copy of a piece, or sends it, after all that came before. On return its memory is free.</summary>
    public void Add(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > ShortBytes || piece.Length > Capacity - _count)
        {
            Flush();
        }

        if (piece.Length > ShortBytes)
        {
            send(piece);
            return;
        }

        piece.CopyTo((_bytes ??= new byte[Capacity]).AsSpan(_count));
        _count += piece.Length;
    }

    /// <summary>Sends what was kept.</summary>
    public void Flush()
    {
        if (_count > 0)
        {
            send(_bytes.AsSpan(0, _count));
            _count = 0;
        }
    }
}
