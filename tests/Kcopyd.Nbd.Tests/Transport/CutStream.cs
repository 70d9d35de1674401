namespace Kcopyd.Nbd.Tests.Transport;

/// <summary>Bytes that come in pieces of given lengths, the last of which is repeated; then the end.</summary>
internal sealed class CutStream(byte[] bytes, params int[] pieces) : MemoryStream(bytes)
{
    private int _turn;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var piece = pieces[Math.Min(_turn++, pieces.Length - 1)];
        return ValueTask.FromResult(Read(buffer.Span[..Math.Min(piece, buffer.Length)]));
    }
}
