using System.IO.Pipelines;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Tests.Transport;

public sealed class NbdReaderTests
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(1 << 20)]
    public async Task Bytes_come_in_order_however_they_are_cut(int pieceBytes)
    {
        var sent = new byte[200_000];
        new Random(pieceBytes).NextBytes(sent);
        var reader = new NbdReader(_pipe.Reader.AsStream());
        var sending = SendAsync(sent, pieceBytes);

        var received = new List<byte>();
        received.AddRange((await reader.TakeAsync(28, default)).ToArray());
        var large = new byte[100_000];
        await reader.ReadAsync(large, default);
        received.AddRange(large);
        await reader.SkipAsync(70_000, default);
        Assert.False(await reader.IsAtEndAsync(1, default));
        received.AddRange((await reader.TakeAsync(29_972, default)).ToArray());

        Assert.Equal([.. sent[..100_028], .. sent[170_028..]], received);
        await sending;
        Assert.True(await reader.IsAtEndAsync(1, default));
    }

    [Fact]
    public async Task Peer_that_closes_too_early_is_named()
    {
        var reader = new NbdReader(_pipe.Reader.AsStream());
        await SendAsync(new byte[10], 10);

        var cut = await Assert.ThrowsAsync<NbdProtocolException>(async () => await reader.TakeAsync(16, default));

        Assert.Equal("the peer closed the connection after 10 of 16 bytes that it was to send", cut.Message);
        await Assert.ThrowsAsync<NbdProtocolException>(async () => await reader.ReadAsync(new byte[16], default));
    }

    private async Task SendAsync(byte[] bytes, int pieceBytes)
    {
        for (var at = 0; at < bytes.Length; at += pieceBytes)
        {
            await _pipe.Writer.WriteAsync(bytes.AsMemory(at, Math.Min(pieceBytes, bytes.Length - at)));
        }

        await _pipe.Writer.CompleteAsync();
    }
}
