using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Tests;

public sealed class FaultyBlockDeviceTests
{
    private const int Seed = 7;

    private readonly ArrayBlockDevice _array = new(64 * 512);

    [Fact]
    public async Task Read_of_the_number_given_fails_once_with_what_was_asked_for()
    {
        await using var device = new FaultyBlockDevice(
            _array,
            DeviceFault.At(DeviceOperation.Read, 2).Transient() with { Kind = DeviceErrorKind.NoSpace, Errno = 28 });
        var buffer = new byte[1024];

        await device.ReadAsync(0, buffer, default);
        var failure = await Assert.ThrowsAsync<DeviceException>(() => device.ReadAsync(512, buffer, default).AsTask());
        await device.ReadAsync(0, buffer, default);

        Assert.Equal((DeviceErrorKind.NoSpace, 28, true), (failure.Kind, failure.Errno, failure.IsTransient));
        Assert.Equal(512, failure.Offset);
        Assert.Equal(1, device.Faults);
    }

    [Fact]
    public async Task Read_over_a_bad_sector_fills_what_is_before_it_and_poisons_the_rest()
    {
        // sectors  0 1 2 3 4 5
        // bad            !
        await TestPatterns.FillDeviceAsync(_array, Seed);
        await using var device = new FaultyBlockDevice(
            _array, DeviceFault.Within(DeviceOperation.Read, SectorRange.Create(3, 1)));
        var buffer = new byte[6 * 512];

        var failure = await Assert.ThrowsAsync<DeviceException>(() => device.ReadAsync(0, buffer, default).AsTask());

        Assert.Equal(3 * 512, failure.Offset);
        Assert.Null(TestPatterns.FirstDifference(buffer.AsSpan(0, 3 * 512), 0, Seed));
        Assert.All(buffer[(3 * 512)..], value => Assert.Equal(FaultyBlockDevice.PoisonByte, value));
        await device.ReadAsync(4 * 512, buffer.AsMemory(0, 512), default);
        await Assert.ThrowsAsync<DeviceException>(() => device.ReadAsync(3 * 512, buffer, default).AsTask());
    }

    [Fact]
    public async Task Write_over_a_bad_sector_writes_what_is_before_it()
    {
        await using var device = new FaultyBlockDevice(
            _array, DeviceFault.Within(DeviceOperation.Write, SectorRange.Create(2, 1)));
        var bytes = TestPatterns.Create(0, 4 * 512, Seed);

        var failure = await Assert.ThrowsAsync<DeviceException>(
            () => device.WriteAsync(0, bytes, WriteDurability.Cached, default).AsTask());

        Assert.Equal(2 * 512, failure.Offset);
        Assert.Null(TestPatterns.FirstDifference(_array.Bytes.AsSpan(0, 2 * 512), 0, Seed));
        Assert.All(_array.Bytes[(2 * 512)..], value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task Bad_sector_of_a_device_with_large_blocks_takes_its_whole_block_along()
    {
        await using var device = new FaultyBlockDevice(
            new ArrayBlockDevice(16 * 4096, blockSize: 4096),
            DeviceFault.Within(DeviceOperation.Write, SectorRange.Create(11, 1)));

        var failure = await Assert.ThrowsAsync<DeviceException>(
            () => device.WriteAsync(0, new byte[3 * 4096], WriteDurability.Cached, default).AsTask());

        Assert.Equal(4096, failure.Offset);
    }

    [Fact]
    public async Task Part_of_a_write_that_succeeds_is_whole_sectors()
    {
        await using var memory = new MemoryBlockDevice(4.KiB);
        await using var device = new FaultyBlockDevice(
            memory, DeviceFault.At(DeviceOperation.Write, 1) with { BytesBefore = 700 });
        var bytes = TestPatterns.Create(512, 2048, Seed);

        var failure = await Assert.ThrowsAsync<DeviceException>(
            () => device.WriteAsync(512, bytes, WriteDurability.Cached, default).AsTask());

        Assert.Equal(1024, failure.Offset);
        await device.ReadAsync(512, bytes, default);
        Assert.Equal(1024, TestPatterns.FirstDifference(bytes, 512, Seed));
    }

    [Fact]
    public async Task Failed_flush_ends_the_epoch_and_the_next_flush_of_it_says_that_writes_are_lost()
    {
        await using var device = new FaultyBlockDevice(_array, DeviceFault.At(DeviceOperation.Flush, 1));
        var epoch = device.WriteEpoch;

        var first = await Assert.ThrowsAsync<DeviceException>(() => device.FlushAsync(epoch, default).AsTask());
        var second = await Assert.ThrowsAsync<DeviceException>(() => device.FlushAsync(epoch, default).AsTask());
        await device.FlushAsync(device.WriteEpoch, default);

        Assert.Equal(DeviceErrorKind.Io, first.Kind);
        Assert.Null(first.Offset);
        Assert.Equal(DeviceErrorKind.UnflushedWritesLost, second.Kind);
        Assert.NotEqual(epoch, device.WriteEpoch);
    }

    [Fact]
    public async Task Unsupported_write_zeroes_is_refused_and_changes_nothing()
    {
        _array.Bytes.AsSpan().Fill(1);
        await using var device = new FaultyBlockDevice(_array, DeviceFault.Unsupported(DeviceOperation.WriteZeroes));

        var failure = await Assert.ThrowsAsync<DeviceException>(
            () => device.WriteZeroesAsync(0, 1024, default).AsTask());

        Assert.Equal(DeviceErrorKind.NotSupported, failure.Kind);
        Assert.DoesNotContain((byte)0, _array.Bytes);
        Assert.True(device.Geometry.Can(BlockDeviceAbilities.WriteZeroes));
    }

    [Fact]
    public async Task Crash_on_call_is_thrown_before_a_task_is_returned()
    {
        await using var device = new FaultyBlockDevice(
            _array, DeviceFault.At(DeviceOperation.Read, 1) with { Effect = DeviceFaultEffect.CrashOnCall });

        Assert.Throws<DeviceCrashException>(() => { _ = device.ReadAsync(0, new byte[512], default).AsTask(); });
    }

    [Fact]
    public async Task Crash_later_comes_with_the_task()
    {
        await using var device = new FaultyBlockDevice(
            _array, DeviceFault.At(DeviceOperation.Flush, 1) with { Effect = DeviceFaultEffect.CrashLater });

        var flush = device.FlushAsync(0, default).AsTask();

        await Assert.ThrowsAsync<DeviceCrashException>(() => flush);
    }

    [Fact]
    public async Task Seeded_faults_are_the_same_for_the_same_seed_and_others_for_another()
    {
        var rates = new FaultRates { Read = 0.3, Write = 0.1 };

        var first = await FaultsAsync(FaultPlan.Seeded(1, rates));
        var again = await FaultsAsync(FaultPlan.Seeded(1, rates));
        var other = await FaultsAsync(FaultPlan.Seeded(2, rates));

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.InRange(first.Count(static text => text.StartsWith("Read", StringComparison.Ordinal)), 200, 400);
        Assert.InRange(first.Count(static text => text.StartsWith("Write", StringComparison.Ordinal)), 50, 150);
    }

    [Fact]
    public async Task Disposing_disposes_the_device_inside()
    {
        var device = new FaultyBlockDevice(_array);

        await device.DisposeAsync();
        await device.DisposeAsync();

        Assert.True(_array.IsDisposed);
    }

    private async Task<List<string>> FaultsAsync(FaultPlan plan)
    {
        var faults = new List<string>();
        await using var device = new FaultyBlockDevice(_array, plan);
        for (var i = 0; i < 1000; i++)
        {
            var number = i;
            await Try("Read", () => device.ReadAsync(0, new byte[1024], default));
            await Try("Write", () => device.WriteAsync(0, new byte[1024], WriteDurability.Cached, default));

            async Task Try(string name, Func<ValueTask> call)
            {
                try
                {
                    await call();
                }
                catch (DeviceException e)
                {
                    faults.Add($"{name} {number} {e.Offset} {e.IsTransient}");
                }
            }
        }

        return faults;
    }
}
