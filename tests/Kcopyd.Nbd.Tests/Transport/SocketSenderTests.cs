using System.Buffers.Binary;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Tests.Transport;

public sealed class SocketSenderTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _gate = new(0);
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly List<byte[]> _sent = [];

    public void Dispose()
    {
        _gate.Dispose();
        _arrived.Dispose();
    }

    [Fact]
    public async Task Short_replies_that_wait_go_out_in_one_piece_and_in_order()
    {
        var sender = new SocketSender(Send);
        var first = sender.SendAsync(Reply(0, 16));
        await _arrived.WaitAsync(Limit);
        var others = Enumerable.Range(1, 99).Select(i => sender.SendAsync(Reply(i, 16))).ToArray();
        Assert.False(first.IsCompleted);

        _gate.Release(2);
        await Task.WhenAll(others).WaitAsync(Limit);

        sender.Close();
        Assert.Equal([16, 99 * 16], _sent.Select(bytes => bytes.Length));
        Assert.Equal(Enumerable.Range(0, 100), Numbers(16));
    }

    [Fact]
    public async Task Large_replies_keep_their_place_among_short_ones()
    {
        var sender = new SocketSender(Send);
        _gate.Release(1000);
        int[] sizes = [16, 64, 20_000, 16, 100_000, 16, 16_384, 16_385, 16];
        var replies = sizes.Select((size, i) => Reply(i, size)).ToArray();

        await Task.WhenAll(replies.Select(reply => sender.SendAsync(reply))).WaitAsync(Limit);

        sender.Close();
        Assert.Equal(replies.SelectMany(reply => reply), _sent.SelectMany(bytes => bytes));
    }

    [Fact]
    public async Task Large_piece_is_sent_when_its_last_byte_is_out_although_others_wait()
    {
        var sender = new SocketSender(Send);
        var first = sender.SendAsync(Reply(0, 100_000));
        await _arrived.WaitAsync(Limit);
        var second = sender.SendAsync(Reply(1, 100_000));

        _gate.Release();

        await first.WaitAsync(Limit);
        Assert.False(second.IsCompleted);
        _gate.Release();
        await second.WaitAsync(Limit);
        sender.Close();
    }

    [Fact]
    public async Task Nothing_that_waits_is_lost_when_it_is_closed()
    {
        var sender = new SocketSender(Send);
        var first = sender.SendAsync(Reply(0, 16));
        await _arrived.WaitAsync(Limit);
        var others = Enumerable.Range(1, 9999).Select(i => sender.SendAsync(Reply(i, 16))).ToArray();

        sender.Close();
        Assert.DoesNotContain(others, static other => other.IsCompleted);
        _gate.Release(1000);

        await Task.WhenAll([first, .. others]).WaitAsync(Limit);
        Assert.Equal(Enumerable.Range(0, 10_000), Numbers(16));
        Assert.All(_sent, bytes => Assert.InRange(bytes.Length, 16, 64 * 1024));
    }

    [Fact]
    public async Task Reply_of_many_threads_is_never_cut_by_another()
    {
        var sender = new SocketSender(Send);
        _gate.Release(100_000);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                await sender.SendAsync(Reply((thread * 500) + i, 64));
            }
        }))).WaitAsync(Limit);

        sender.Close();
        var numbers = Numbers(64);
        Assert.Equal(Enumerable.Range(0, 4000), numbers.Order());
        Assert.All(
            numbers.GroupBy(static number => number / 500), ofOne => Assert.Equal(ofOne.Order(), ofOne));
    }

    private static byte[] Reply(int number, int length)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill((byte)number);
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private int[] Numbers(int length) =>
    [
        .. _sent.SelectMany(bytes => bytes)
            .Chunk(length)
            .Select(static one => BinaryPrimitives.ReadInt32BigEndian(one)),
    ];

    private void Send(ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest)
    {
        _arrived.Release();
        Assert.True(_gate.Wait(Limit));
        _sent.Add([.. first, .. rest]);
    }
}
