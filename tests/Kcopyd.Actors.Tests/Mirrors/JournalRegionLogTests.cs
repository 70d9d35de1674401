using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Tests.Mirrors;

public sealed class JournalRegionLogTests : IDisposable
{
    private const string Stream = "kcopyd-mirror-one";

    private readonly CrashRig _rig = CrashRig.Create();

    private readonly JournalOptions _options = new()
    {
        SnapshotEvery = 5,
        JournalPluginId = CrashingJournalStore.JournalPluginId,
        SnapshotPluginId = CrashingJournalStore.SnapshotPluginId,
    };

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void What_was_committed_is_loaded_again()
    {
        var log = Log(LogTables.Journal(100));
        Assert.Equal(0, Run(log.LoadAsync(default)).SetCount);

        Run(log.CommitAsync(LogTables.Commit([4], [3, 4, 5, 99])));
        Run(log.CommitAsync(LogTables.Commit([], [7, 6])));
        Run(log.CommitAsync(LogTables.Commit([3], [])));
        Run(log.CommitAsync(LogTables.Commit([], [])));

        Assert.Equal("3 journal one A", log.Status.ToString());
        Assert.Equal(4, _rig.Journal.Events(Stream, _rig.System).Count);
        Assert.Equal([5L, 6, 7, 99], LogTables.Clean(Run(Log(LogTables.Journal(100)).LoadAsync(default))));
    }

    [Fact]
    public void M10_what_a_mirror_grew_by_is_not_clean_and_what_it_shrank_by_is_forgotten()
    {
        Run(Log(LogTables.Journal(100, MirrorSync.NoSync)).LoadAsync(default));

        Assert.Equal(LogTables.Range(0, 100), LogTables.Clean(Run(Log(LogTables.Journal(150)).LoadAsync(default))));
        Assert.Equal(50, Run(Log(LogTables.Journal(50)).LoadAsync(default)).SetCount);
        Assert.Equal(LogTables.Range(0, 50), LogTables.Clean(Run(Log(LogTables.Journal(130)).LoadAsync(default))));
    }

    [Fact]
    public void M12_sync_and_nosync_act_at_every_load_of_a_journal_log()
    {
        var all = Log(LogTables.Journal(70, MirrorSync.NoSync));
        Assert.Equal(70, Run(all.LoadAsync(default)).SetCount);
        Run(all.CommitAsync(LogTables.Commit([3], [])));
        Assert.Equal(70, Run(all.LoadAsync(default)).SetCount);

        var none = Log(LogTables.Journal(70, MirrorSync.Sync));
        Assert.Equal(0, Run(none.LoadAsync(default)).SetCount);
        Run(none.CommitAsync(LogTables.Commit([], [3])));
        Assert.Equal(0, Run(none.LoadAsync(default)).SetCount);
    }

    [Fact]
    public void Stream_stays_short_however_long_the_mirror_is_written_to()
    {
        var log = Log(LogTables.Journal(1_000));
        var expected = Run(log.LoadAsync(default));
        var random = new Random(1);
        for (var round = 0; round < 300; round++)
        {
            var commit = LogTables.Commit([random.Next(1_000)], [random.Next(1_000), random.Next(1_000)]);
            commit.ApplyTo(expected);
            Run(log.CommitAsync(commit));
            Assert.InRange(_rig.Journal.Events(Stream, _rig.System).Count, 0, 2 * _options.SnapshotEvery);
            if (round % 100 == 99)
            {
                var loaded = Run(log.LoadAsync(default));
                Assert.True(expected.Words.SequenceEqual(loaded.Words), $"Round {round}.");
            }
        }
    }

    [Fact]
    public void Stream_of_regions_of_another_size_is_refused_and_left_alone()
    {
        Run(Log(LogTables.Journal(100)).LoadAsync(default));
        var before = _rig.Journal.Events(Stream, _rig.System).Count;

        foreach (var trust in Enum.GetValues<LogTrust>())
        {
            var refused = Fails(() => Log(LogTables.Journal(100, regionSize: 16), trust).LoadAsync(default));
            Assert.Equal(
                "The journal log one has regions of 8 sectors, and those of the table have 16.", refused.Message);
        }

        Assert.Equal(before, _rig.Journal.Events(Stream, _rig.System).Count);
    }

    [Fact]
    public void M11_journal_that_cannot_be_read_is_refused_or_counts_as_failed()
    {
        var first = Log(LogTables.Journal(9, MirrorSync.NoSync));
        Run(first.LoadAsync(default));
        Run(first.CommitAsync(LogTables.Commit([1], [])));
        _rig.Journal.FailReplays(2);
        var refused = Fails(() => Log(LogTables.Journal(9)).LoadAsync(default));
        Assert.Equal("The journal log one could not be read: injected fault: no replay", refused.Message);

        var log = Log(LogTables.Journal(9), LogTrust.Kernel);
        Assert.Equal(0, Run(log.LoadAsync(default)).SetCount);
        Assert.Equal("3 journal one D", log.Status.ToString());
        Fails(() => log.CommitAsync(LogTables.Commit([1], [])));

        Run(log.RewriteAsync(DiskRegionLogTests.Bits(9, true)));
        Run(log.CommitAsync(LogTables.Commit([2], [])));
        Assert.Equal("3 journal one A", log.Status.ToString());
        Assert.Equal(8, Run(Log(LogTables.Journal(9)).LoadAsync(default)).SetCount);
    }

    [Fact]
    public void Damaged_entry_is_refused_with_one_sentence()
    {
        Run(Log(LogTables.Journal(9)).LoadAsync(default));
        _rig.Journal.Corrupt(Stream, 1);

        var refused = Fails(() => Log(LogTables.Journal(9)).LoadAsync(default));

        Assert.Equal("The journal log one could not be read: an entry 'mw' of it is damaged", refused.Message);
    }

    [Theory]
    [InlineData(JournalFault.Failed, false)]
    [InlineData(JournalFault.StoredButFailed, true)]
    [InlineData(JournalFault.Silent, false)]
    [InlineData(JournalFault.StoredButSilent, true)]
    [InlineData(JournalFault.Rejected, false)]
    public void After_a_failed_append_every_commit_fails_until_all_was_written_anew(JournalFault fault, bool isStored)
    {
        var log = Log(LogTables.Journal(9, MirrorSync.NoSync));
        Run(log.LoadAsync(default));
        _rig.Journal.FailAppend(1, fault);

        Fails(() => log.CommitAsync(LogTables.Commit([1], [])));
        Fails(() => log.CommitAsync(LogTables.Commit([2], [])));

        Assert.Equal("3 journal one D", log.Status.ToString());
        Assert.Equal(isStored ? 2 : 1, _rig.Journal.Events(Stream, _rig.System).Count);
        var now = DiskRegionLogTests.Bits(9, false);
        now.Set(8);
        Run(log.RewriteAsync(now));
        Run(log.CommitAsync(LogTables.Commit([], [0])));
        Assert.Equal("3 journal one A", log.Status.ToString());
        Assert.Equal([0L, 8], LogTables.Clean(Run(Log(LogTables.Journal(9)).LoadAsync(default))));
    }

    [Fact]
    public void Append_at_load_that_fails_is_refused_or_counts_as_failed()
    {
        Run(Log(LogTables.Journal(9, MirrorSync.NoSync)).LoadAsync(default));
        _rig.Journal.FailAppend(1, JournalFault.Failed);
        Fails(() => Log(LogTables.Journal(9)).LoadAsync(default));
        _rig.Journal.FailAppend(1, JournalFault.Failed);
        var log = Log(LogTables.Journal(9), LogTrust.Kernel);

        Assert.Equal(9, Run(log.LoadAsync(default)).SetCount);

        Assert.Equal(LogHealth.Failed, log.Status.Health);
        Fails(() => log.CommitAsync(LogTables.Commit([1], [])));
    }

    [Fact]
    public void Who_had_the_log_before_another_loaded_it_fails_and_cannot_write_it_anew()
    {
        var first = Log(LogTables.Journal(9, MirrorSync.NoSync));
        Run(first.LoadAsync(default));
        var second = Log(LogTables.Journal(9));
        Run(second.LoadAsync(default));

        Fails(() => first.CommitAsync(LogTables.Commit([1], [])));
        var refused = Fails(() => first.RewriteAsync(DiskRegionLogTests.Bits(9, false)));

        Assert.Equal(
            "The journal log one is no longer that of this mirror: another has loaded it.", refused.Message);
        Run(second.CommitAsync(LogTables.Commit([4], [])));
        Assert.Equal(8, Run(Log(LogTables.Journal(9)).LoadAsync(default)).SetCount);
    }

    [Fact]
    public void Power_cut_at_any_append_leaves_the_log_as_before_or_as_after()
    {
        for (var append = 1; append <= 12; append++)
        {
            foreach (var moment in Enum.GetValues<CutMoment>())
            {
                _rig.Reset(append);
                var done = DiskRegionLogTests.Bits(50, false);
                var next = done.Copy();
                _rig.CutAtAppend(append, moment);
                _rig.Run(CommitAsync(Log(LogTables.Journal(50)), done, next));

                _rig.Reopen();
                var loaded = Run(Log(LogTables.Journal(50)).LoadAsync(default));

                _rig.Check(() => Assert.True(
                    loaded.Words.SequenceEqual(done.Words) || loaded.Words.SequenceEqual(next.Words)));
            }
        }
    }

    /// <summary>Ten commits; what is durable for sure, and what may be.</summary>
    private static async Task CommitAsync(JournalRegionLog log, RegionBits done, RegionBits next)
    {
        await log.LoadAsync(default).ConfigureAwait(false);
        for (var region = 0; region < 10; region++)
        {
            var commit = LogTables.Commit([region - (region % 3)], [region, 49 - region]);
            commit.ApplyTo(next);
            await log.CommitAsync(commit).ConfigureAwait(false);
            commit.ApplyTo(done);
        }
    }

    private JournalRegionLog Log(MirrorTable table, LogTrust trust = LogTrust.Strict) =>
        new(_rig.System, table, trust, _options);

    private T Run<T>(Task<T> task)
    {
        Assert.True(_rig.Run(task));
        return task.GetAwaiter().GetResult();
    }

    private void Run(Task task)
    {
        Assert.True(_rig.Run(task));
        task.GetAwaiter().GetResult();
    }

    private MirrorLogException Fails(Func<Task> work) => Assert.Throws<MirrorLogException>(() => Run(work()));
}
