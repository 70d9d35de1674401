using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Tests;

public sealed class GatedBlockDeviceTests
{
    private readonly ArrayBlockDevice _array = new(64 * 512);

    [Fact]
    public async Task Requests_wait_and_complete_in_the_order_of_release()
    {
        await using var device = new GatedBlockDevice(_array);
        var first = device.WriteAsync(0, new byte[512], WriteDurability.Cached, default).AsTask();
        var second = device.WriteAsync(1024, new byte[512], WriteDurability.Cached, default).AsTask();

        var waiting = await device.WaitForAsync(2);
        Assert.True(waiting[1].Release());
        await second;

        Assert.False(first.IsCompleted);
        Assert.Equal(SectorRange.Create(2, 1), waiting[1].Range);
        Assert.Equal(DeviceOperation.Write, waiting[1].Kind);
        Assert.Same(waiting[0], Assert.Single(device.Waiting));
        Assert.False(waiting[1].Release());
        waiting[0].Release();
        await first;
    }

    [Fact]
    public async Task Next_gives_each_request_once_and_waits_for_what_is_yet_to_come()
    {
        await using var device = new GatedBlockDevice(_array);
        var early = device.ReadAsync(0, new byte[512], default).AsTask();
        var next = await device.NextAsync();

        var later = device.NextAsync();
        Assert.False(later.IsCompleted);
        var flush = device.FlushAsync(0, default).AsTask();
        var arrived = await later;

        Assert.Equal((DeviceOperation.Read, DeviceOperation.Flush), (next.Kind, arrived.Kind));
        Assert.Equal(2, device.ReleaseAll());
        await Task.WhenAll(early, flush);
    }

    [Fact]
    public async Task Failed_request_never_reaches_the_device()
    {
        await using var device = new GatedBlockDevice(_array);
        var write = device.WriteAsync(0, TestPatterns.Create(0, 512, 1), WriteDurability.Cached, default).AsTask();

        (await device.NextAsync()).Fail(new DeviceCrashException("as the test says"));

        await Assert.ThrowsAsync<DeviceCrashException>(() => write);
        Assert.All(_array.Bytes, value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task Cancelled_request_completes_as_cancelled_and_leaves_the_gate()
    {
        await using var device = new GatedBlockDevice(_array);
        using var cancellation = new CancellationTokenSource();
        var read = device.ReadAsync(0, new byte[512], cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        Assert.Empty(device.Waiting);
    }

    [Fact]
    public async Task Cancelled_request_that_is_held_completes_only_when_released()
    {
        await using var device = new GatedBlockDevice(_array) { HoldsCancelled = true };
        using var cancellation = new CancellationTokenSource();
        var read = device.ReadAsync(0, new byte[512], cancellation.Token).AsTask();

        await cancellation.CancelAsync();
        Assert.False(read.IsCompleted);
        (await device.NextAsync()).Release();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    [Fact]
    public async Task Open_gate_lets_everything_pass()
    {
        await using var device = new GatedBlockDevice(_array, DeviceOperation.Flush, DeviceOperation.Read);
        var flush = device.FlushAsync(0, default).AsTask();
        var write = device.WriteAsync(0, new byte[512], WriteDurability.Cached, default).AsTask();
        Assert.True(write.IsCompletedSuccessfully);

        device.OpenGate(DeviceOperation.Read);
        Assert.True(device.ReadAsync(0, new byte[512], default).AsTask().IsCompletedSuccessfully);
        Assert.False(flush.IsCompleted);

        device.OpenGate();
        await flush;
        Assert.True(device.FlushAsync(0, default).AsTask().IsCompletedSuccessfully);
    }
}
