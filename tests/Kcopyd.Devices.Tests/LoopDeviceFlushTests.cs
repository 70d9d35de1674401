using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

/// <summary>Flushes that fail in the kernel: a loop device whose backing file has no room.</summary>
[Collection(LoopDeviceCollection.Name)]
public sealed class LoopDeviceFlushTests
{
    private const int MiB = 1 << 20;

    [SkippableFact]
    public async Task Flush_that_the_kernel_fails_ends_the_epoch()
    {
        Require.LoopDevices();
        Require.Mounts();
        using var mount = TemporaryMount.Tmpfs(bytes: MiB);
        using (var file = File.OpenHandle(mount["disk"], FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.SetLength(file, 8 * MiB);
        }

        using var loop = LoopDevice.Attach(mount["disk"]);
        await using var device = await Devices.OpenWritableAsync(loop.Path);
        var epoch = device.WriteEpoch;
        await Devices.WriteAsync(device, 0, Devices.Bytes(4 * MiB, seed: 1));

        var failed = await Assert.ThrowsAsync<DeviceException>(() => device.FlushAsync(epoch, default).AsTask());
        await Devices.FailsAsync(
            DeviceErrorKind.UnflushedWritesLost, () => device.FlushAsync(epoch, default).AsTask());

        Assert.Equal(DeviceOperation.Flush, failed.Operation);
        Assert.Contains(failed.Kind, new[] { DeviceErrorKind.Io, DeviceErrorKind.NoSpace });
        Assert.NotEqual(epoch, device.WriteEpoch);
    }
}
