using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Nbd.Tests.Client;

/// <summary>Servers that answer too early, or are about to end.</summary>
public sealed class EndingServerTests
{
    /// <summary>One request, of more than the sockets here hold.</summary>
    private const int LargeBytes = NbdPieces.LongestBytes;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Write_that_is_answered_before_it_is_sent_keeps_its_bytes_until_then()
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var proceed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var taken = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new FakeServer(async peer =>
        {
            Enlarge(peer);
            await peer.NegotiateAsync();
            var request = await peer.HeadAsync();
            await peer.SimpleAsync(request.Cookie, []);
            answered.SetResult();
            await proceed.Task.WaitAsync(Limit);
            await peer.TakeAsync(request);
            taken.SetResult(peer.Data(request));
            await peer.HangAsync();
        });
        await using var device = await NbdBlockDevice.OpenAsync(
            server.Uri, BlockDeviceAccess.ReadWrite, null, default);
        var bytes = TempDirectory.Bytes(LargeBytes, 7);
        var kept = bytes.ToArray();

        var writing = device.WriteAsync(0, bytes, WriteDurability.Cached, default).AsTask();
        await answered.Task.WaitAsync(Limit);

        // The socket does not hold as much: the bytes are still to be read from the buffer.
        Assert.False(writing.IsCompleted);
        proceed.SetResult();
        await writing.WaitAsync(Limit);
        bytes.AsSpan().Clear();
        Assert.Equal(kept, await taken.Task.WaitAsync(Limit));
    }

    [Fact]
    public async Task Server_that_answers_and_takes_no_bytes_is_lost_in_the_end()
    {
        await using var server = new FakeServer(async peer =>
        {
            Enlarge(peer);
            await peer.NegotiateAsync();
            await peer.SimpleAsync((await peer.HeadAsync()).Cookie, []);
            await peer.StallAsync();
        });
        await using var device = await NbdBlockDevice.OpenAsync(
            server.Uri,
            BlockDeviceAccess.ReadWrite,
            new NbdClientOptions { AnswerTimeout = TimeSpan.FromMilliseconds(100), ReconnectTimeout = TimeSpan.Zero },
            default);
        var epoch = device.WriteEpoch;

        await device.WriteAsync(0, new byte[LargeBytes], WriteDurability.Cached, default).AsTask().WaitAsync(Limit);
        var failure = await Assert.ThrowsAsync<DeviceException>(
            () => device.FlushAsync(epoch, default).AsTask().WaitAsync(Limit));

        Assert.Equal(DeviceErrorKind.UnflushedWritesLost, failure.Kind);
    }

    [Fact]
    public async Task Server_that_ends_in_order_is_asked_again_when_it_is_back()
    {
        await using var server = new FakeServer(
            async peer =>
            {
                await peer.NegotiateAsync();
                var request = await peer.RequestAsync();
                await peer.SimpleAsync(request.Cookie, [], NbdError.Shutdown);
                await peer.HangAsync();
            },
            peer => peer.ServeAsync());
        await using var device = await NbdBlockDevice.OpenAsync(
            server.Uri, BlockDeviceAccess.ReadWrite, null, default);
        var bytes = new byte[4096];

        await device.ReadAsync(0, bytes, default).AsTask().WaitAsync(Limit);

        Assert.Equal(FakePeer.Content[..bytes.Length], bytes);
        Assert.Equal(2, server.ConnectionCount);
    }

    [Fact]
    public async Task Connection_that_is_lost_after_a_flush_loses_nothing()
    {
        await using var server = new FakeServer(
            async peer =>
            {
                await peer.NegotiateAsync();
                for (var i = 0; i < 2; i++)
                {
                    await peer.AnswerAsync(await peer.RequestAsync());
                }

                // It goes when it is asked for more.
                await peer.HeadAsync();
            },
            peer => peer.ServeAsync());
        await using var device = await NbdBlockDevice.OpenAsync(
            server.Uri, BlockDeviceAccess.ReadWrite, null, default);
        var epoch = device.WriteEpoch;
        await device.WriteAsync(0, new byte[512], WriteDurability.Cached, default);
        await device.FlushAsync(epoch, default);

        await device.ReadAsync(0, new byte[512], default).AsTask().WaitAsync(Limit);
        await device.FlushAsync(epoch, default).AsTask().WaitAsync(Limit);
        Assert.Equal(epoch, device.WriteEpoch);

        await device.WriteAsync(0, new byte[512], WriteDurability.Cached, default);
        Assert.Equal(2, server.ConnectionCount);
    }

    private static void Enlarge(FakePeer peer)
    {
        (peer.LengthBytes, peer.Disk) = (LargeBytes, new byte[LargeBytes]);
        peer.Sizes = new NbdBlockSizes(1, 4096, LargeBytes);
    }
}
