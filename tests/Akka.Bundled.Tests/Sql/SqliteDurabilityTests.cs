using Akka.Bundled.Writer;
using Kcopyd.Tests.Shared;

namespace Akka.Bundled.Tests.Sql;

public sealed class SqliteDurabilityTests
{
    /// <summary>The kernel counts the flushes that a disk was asked for.</summary>
    [SkippableFact]
    public async Task Every_confirmed_write_and_snapshot_was_flushed_to_the_disk()
    {
        Require.LoopDevices();
        using var directory = new TempDirectory();
        using var device = LoopDevice.Attach(directory.Sparse("disk", 64 << 20));
        Shell.Run("mkfs.ext4", "-q", device.Path);
        using var mount = TemporaryMount.Of(device.Path);
        await using var system = StoreSystem.Start("SQLite.MS", $"Data Source={mount["journal.db"]}");
        await system.WriteAllAsync("a", 1, "one");
        for (var n = 2; n < 12; n++)
        {
            var before = CountFlushes(device);
            await system.WriteAllAsync("a", n, "text");
            Assert.True(CountFlushes(device) > before, $"Write {n} was confirmed without a flush.");
        }
    }

    private static long CountFlushes(LoopDevice device)
    {
        const int flushes = 15;
        var fields = File.ReadAllText($"/sys/class/block/{device.Name}/stat")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return long.Parse(fields[flushes]);
    }
}
