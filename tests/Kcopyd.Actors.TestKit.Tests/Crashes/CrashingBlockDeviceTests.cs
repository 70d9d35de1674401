using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Tests.Crashes;

public sealed class CrashingBlockDeviceTests
{
    private const int Sector = Sectors.Size;

    [Fact]
    public async Task Write_is_read_before_it_is_flushed()
    {
        var disk = new CrashingDisk("disk", new ByteCount(4096), new PowerSupply(1));
        await using var device = disk.Open();

        await device.WriteAsync(512, Page(1, 2), WriteDurability.Cached, default);

        Assert.Equal(Page(0, 1, 2), await ReadAsync(device, 3));
        Assert.Equal(1, disk.UnflushedWrites);
        var durable = new byte[3 * Sector];
        disk.ReadDurable(0, durable);
        Assert.Equal(Page(0, 0, 0), durable);
    }

    [Fact]
    public async Task Flushed_write_survives_every_cut()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var disk = new CrashingDisk("disk", new ByteCount(4096), new PowerSupply(seed));
            var device = disk.Open();
            await device.WriteAsync(0, Page(1, 2, 3), WriteDurability.Cached, default);
            await device.FlushAsync(device.WriteEpoch, default);

            device = Cut(disk);

            Assert.Equal((seed, "123"), (seed, Text(await ReadAsync(device, 3))));
        }
    }

    [Fact]
    public async Task Cut_leaves_of_each_sector_any_version_since_the_flush()
    {
        var left = new HashSet<string>();
        for (var seed = 0; seed < 2000; seed++)
        {
            var disk = new CrashingDisk("disk", new ByteCount(4096), new PowerSupply(seed));
            var device = disk.Open();
            await device.WriteAsync(0, Page(1, 1), WriteDurability.Cached, default);
            await device.FlushAsync(device.WriteEpoch, default);
            await device.WriteAsync(0, Page(2, 2), WriteDurability.Cached, default);
            await device.WriteAsync(0, Page(3, 3), WriteDurability.Cached, default);

            left.Add(Text(await ReadAsync(Cut(disk), 2)));
        }

        Assert.Equal(["11", "12", "13", "21", "22", "23", "31", "32", "33"], left.Order());
    }

    [Fact]
    public async Task Flush_covers_no_write_that_was_not_answered_when_it_began()
    {
        var left = new HashSet<string>();
        for (var seed = 0; seed < 100; seed++)
        {
            var answer = new TaskCompletionSource();
            var legs = 0;
            var disk = new CrashingDisk("disk", new ByteCount(4096), new PowerSupply(seed))
            {
                Transit = request => request.Operation == DeviceOperation.Write && ++legs == 2
                    ? new ValueTask(answer.Task)
                    : ValueTask.CompletedTask,
            };
            var device = disk.Open();
            var write = device.WriteAsync(0, Page(1), WriteDurability.Cached, default).AsTask();
            var flush = device.FlushAsync(device.WriteEpoch, default);
            Assert.True(flush.IsCompletedSuccessfully);
            answer.SetResult();
            await write;

            left.Add(Text(await ReadAsync(Cut(disk), 1)));
        }

        Assert.Equal(["0", "1"], left.Order());
    }

    [Fact]
    public async Task Durable_write_survives_and_no_older_write_comes_back_over_it()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var disk = new CrashingDisk("disk", new ByteCount(4096), new PowerSupply(seed));
            var device = disk.Open();
            await device.WriteAsync(0, Page(1, 1, 1), WriteDurability.Cached, default);
            await device.WriteAsync(512, Page(2), WriteDurability.Durable, default);

            var text = Text(await ReadAsync(Cut(disk), 3));

            Assert.Equal((seed, '2'), (seed, text[1]));
        }
    }

    [Fact]
    public async Task Dead_device_fails_every_call_and_stays_dead_when_the_power_is_back()
    {
        var disk = new CrashingDisk("disk", new ByteCount(4096), new PowerSupply(7));
        var device = disk.Open();
        disk.Power.Cut("for the test");
        Assert.Throws<DeviceException>(() => disk.Open());
        disk.Power.Restore();

        var failure = await Assert.ThrowsAsync<DeviceException>(
            async () => await device.WriteAsync(0, Page(1), WriteDurability.Cached, default));
        await Assert.ThrowsAsync<DeviceException>(async () => await ReadAsync(device, 1));
        await Assert.ThrowsAsync<DeviceException>(async () => await device.FlushAsync(1, default));
        var vanished = await Assert.ThrowsAsync<DeviceException>(async () => await device.ConfirmAsync(default));

        Assert.Equal((DeviceErrorKind.Io, 19), (failure.Kind, failure.Errno));
        Assert.Contains("seed 7", failure.Message, StringComparison.Ordinal);
        Assert.Contains("for the test", failure.Message, StringComparison.Ordinal);
        Assert.Equal(DeviceErrorKind.Vanished, vanished.Kind);
        await device.DisposeAsync();
        await device.DisposeAsync();
    }

    [Fact]
    public async Task Call_in_flight_fails_at_a_cut_and_closing_waits_for_it()
    {
        var answer = new TaskCompletionSource();
        var disk = new CrashingDisk("disk", new ByteCount(4096), new PowerSupply(7))
        {
            Transit = _ => new ValueTask(answer.Task),
        };
        var device = disk.Open();
        var write = device.WriteAsync(0, Page(1), WriteDurability.Cached, default).AsTask();

        disk.Power.Cut();
        disk.Power.Restore();
        var closed = device.DisposeAsync().AsTask();
        Assert.False(closed.IsCompleted);
        answer.SetResult();

        await Assert.ThrowsAsync<DeviceException>(() => write);
        await closed;
        Assert.Equal("0", Text(await ReadAsync(disk.Open(), 1)));
    }

    [Fact]
    public void Reopened_device_is_the_same_device_in_a_new_epoch()
    {
        var disk = new CrashingDisk("disk", new ByteCount(4096), new PowerSupply(7));
        var before = disk.Open();
        var (identity, epoch) = (before.Identity, before.WriteEpoch);

        var after = Cut(disk);

        Assert.Equal(identity, after.Identity);
        Assert.True(after.WriteEpoch > epoch);
    }

    [Fact]
    public async Task Flush_that_fails_once_loses_writes_that_reads_still_see()
    {
        var isLost = false;
        for (var seed = 0; seed < 50; seed++)
        {
            var disk = new CrashingDisk("disk", new ByteCount(4096), new PowerSupply(seed));
            var device = disk.Open();
            var epoch = device.WriteEpoch;
            disk.FailFlush(1);
            await device.WriteAsync(0, Page(1, 2), WriteDurability.Cached, default);

            Assert.Equal(DeviceErrorKind.Io, await FailureOfFlushAsync(device, epoch));
            Assert.Equal(DeviceErrorKind.UnflushedWritesLost, await FailureOfFlushAsync(device, epoch));
            await device.FlushAsync(device.WriteEpoch, default);
            Assert.Equal("12", Text(await ReadAsync(device, 2)));

            await device.DropCacheAsync(0, 4096, default);
            var text = Text(await ReadAsync(device, 2));
            isLost |= text != "12";
            Assert.Equal(text, Text(await ReadAsync(Cut(disk), 2)));
        }

        Assert.True(isLost);
    }

    [Theory]
    [InlineData(CutMoment.Before, false, false)]
    [InlineData(CutMoment.Unanswered, false, true)]
    [InlineData(CutMoment.After, true, true)]
    public async Task Power_goes_at_the_moment_of_a_flush_that_was_told(
        CutMoment moment, bool isAnswered, bool isAlwaysDurable)
    {
        var left = new HashSet<string>();
        for (var seed = 0; seed < 60; seed++)
        {
            var disk = new CrashingDisk("disk", new ByteCount(4096), new PowerSupply(seed));
            var device = disk.Open();
            disk.Power.CutAt(PowerEvent.Flush, 2, moment);
            await device.FlushAsync(device.WriteEpoch, default);
            await device.WriteAsync(0, Page(1), WriteDurability.Cached, default);

            var failure = await FailureOfFlushAsync(device, device.WriteEpoch);

            Assert.Equal(isAnswered, failure is null);
            Assert.False(disk.Power.IsOn);
            disk.Power.Restore();
            left.Add(Text(await ReadAsync(disk.Open(), 1)));
        }

        Assert.Equal(isAlwaysDurable ? ["1"] : ["0", "1"], left.Order());
    }

    [Fact]
    public async Task Zeroes_and_discards_stand_in_the_cache_too()
    {
        var left = new HashSet<string>();
        for (var seed = 0; seed < 100; seed++)
        {
            var disk = new CrashingDisk("disk", new ByteCount(4096), new PowerSupply(seed));
            disk.Fill(0, Page(1, 2));
            var device = disk.Open();
            await device.WriteZeroesAsync(0, 512, default);
            await device.DiscardAsync(512, 512, default);
            Assert.Equal("00", Text(await ReadAsync(device, 2)));

            left.Add(Text(await ReadAsync(Cut(disk), 2)));
        }

        Assert.Equal(["00", "02", "10", "12"], left.Order());
    }

    [Fact]
    public async Task Log_has_writes_and_flushes_with_their_order_ranges_and_epochs()
    {
        var log = new DeviceLog();
        var disk = new CrashingDisk("disk", new ByteCount(4096), new PowerSupply(1)) { Log = log };
        var device = disk.Open();
        await device.WriteAsync(512, Page(1, 2), WriteDurability.Cached, default);
        await ReadAsync(device, 1);
        await device.FlushAsync(device.WriteEpoch, default);
        disk.Power.Cut("now");

        Assert.Equal(
            [
                "1 disk Begun Write 1+2 epoch 1",
                "2 disk Completed Write 1+2 epoch 1",
                "3 disk Begun Flush epoch 1",
                "4 disk Completed Flush epoch 1",
                "5 -- power cut of disk: now --",
            ],
            log.Entries.Select(entry => entry.ToString()));
    }

    [Fact]
    public async Task Last_sector_of_an_odd_length_is_kept_without_what_lies_past_it()
    {
        var disk = new CrashingDisk("disk", new ByteCount(700), new PowerSupply(1));
        await using var device = disk.Open();
        await device.WriteAsync(512, Page(1), WriteDurability.Cached, default);
        await device.FlushAsync(device.WriteEpoch, default);

        var page = await ReadAsync(device, 2);

        Assert.Equal(188, page.Count(value => value == 1));
        var failure = await Assert.ThrowsAsync<DeviceException>(
            async () => await device.WriteAsync(1024, Page(1), WriteDurability.Cached, default));
        Assert.Equal(DeviceErrorKind.InvalidRequest, failure.Kind);
    }

    [Fact]
    public async Task Works_with_threads()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var disk = new CrashingDisk("disk", new ByteCount(65536), new PowerSupply(seed));
            var device = disk.Open();
            var flushed = new int[4];
            var writers = Enumerable.Range(0, 4).Select(index => Task.Run(() => WriteUntilCutAsync(index))).ToArray();
            var cut = Task.Run(async () =>
            {
                // Some flushes first, then at whatever moment the threads are.
                while (Volatile.Read(ref flushed[0]) < 3)
                {
                    await Task.Yield();
                }

                disk.Power.Cut();
            });
            await Task.WhenAll([cut, .. writers]);

            disk.Power.Restore();
            var page = await ReadAsync(disk.Open(), 4);
            for (var index = 0; index < 4; index++)
            {
                Assert.InRange(page[index * Sector], flushed[index], 250);
            }

            async Task WriteUntilCutAsync(int index)
            {
                try
                {
                    for (byte value = 1; value < 250; value++)
                    {
                        await device.WriteAsync(index * Sector, Page(value), WriteDurability.Cached, default);
                        await device.FlushAsync(device.WriteEpoch, default);
                        Volatile.Write(ref flushed[index], value);
                    }
                }
                catch (DeviceException)
                {
                    // The power went.
                }
            }
        }
    }

    private static CrashingBlockDevice Cut(CrashingDisk disk)
    {
        disk.Power.Cut();
        disk.Power.Restore();
        return disk.Open();
    }

    private static async Task<DeviceErrorKind?> FailureOfFlushAsync(CrashingBlockDevice device, long epoch)
    {
        try
        {
            await device.FlushAsync(epoch, default);
            return null;
        }
        catch (DeviceException failure)
        {
            return failure.Kind;
        }
    }

    private static byte[] Page(params byte[] sectors) =>
        [.. sectors.SelectMany(value => Enumerable.Repeat(value, Sector))];

    private static async Task<byte[]> ReadAsync(CrashingBlockDevice device, int sectors)
    {
        var page = new byte[sectors * Sector];
        await device.ReadAsync(0, page, default);
        return page;
    }

    private static string Text(byte[] page)
    {
        var sectors = page.Chunk(Sector).ToArray();
        Assert.All(sectors, sector => Assert.Single(sector.Distinct()));
        return string.Concat(sectors.Select(sector => sector[0]));
    }
}
