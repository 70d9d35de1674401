using Akka.Actor;
using Akka.Configuration;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.Tests.Journaling;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Tests.Mirrors;

public sealed class SqliteRegionLogTests
{
    [Fact]
    public async Task Log_in_a_database_is_there_after_a_restart_and_is_no_job()
    {
        await using var store = JournalStore.OnSqlite();
        await store.WriteAsync(new CopyJobId("one"), Golden.Created);
        await using (var log = Create(store, 5_000))
        {
            await log.LoadAsync(default);
            for (var region = 0; region < 200; region++)
            {
                await log.CommitAsync(LogTables.Commit([region], [region, 4_999 - region]));
            }
        }

        await using var again = Create(store, 5_000);
        Assert.Equal(LogTables.Range(4_800, 5_000), LogTables.Clean(await again.LoadAsync(default)));
        Assert.Equal("one", Assert.Single(await store.Journal.ListAsync(default)).Id.Value);
    }

    [Fact]
    public async Task Journal_without_a_plug_in_is_refused_and_so_is_one_whose_system_has_ended()
    {
        await using var store = JournalStore.OnSqlite();
        var options = new JournalOptions { JournalPluginId = "akka.persistence.journal.absent" };
        await using var absent = new JournalRegionLog(store.System, LogTables.Journal(9), LogTrust.Strict, options);
        await Assert.ThrowsAsync<MirrorLogException>(() => absent.LoadAsync(default));

        await using var log = Create(store, 9);
        await log.LoadAsync(default);
        await store.System.Terminate();

        await Assert.ThrowsAsync<MirrorLogException>(() => log.CommitAsync(LogTables.Commit([], [1])));
        Assert.Equal(LogHealth.Failed, log.Status.Health);
    }

    [Fact]
    public async Task Table_says_which_log_it_is()
    {
        using var system = ActorSystem.Create("logs", ConfigurationFactory.ParseString("akka.loglevel = ERROR"));
        await using var device = new Kcopyd.Devices.MemoryBlockDevice(new Kcopyd.Core.ByteCount(4096));
        var options = new MirrorOptions();

        Assert.IsType<CoreRegionLog>(
            RegionLogs.Create(system, LogTables.Of(9, MirrorLogSpec.Core(8)), null, options));
        await using var disk = RegionLogs.Create(system, LogTables.Disk(9), device, options);
        Assert.IsType<DiskRegionLog>(disk);
        Assert.IsType<JournalRegionLog>(RegionLogs.Create(system, LogTables.Journal(9), null, options));
    }

    private static IRegionLog Create(JournalStore store, long regions) => RegionLogs.Create(
        store.System, LogTables.Journal(regions), null, new MirrorOptions { Journal = store.Options });
}
