using Kcopyd.Actors.Journaling;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Tests.Shared;
using Microsoft.Data.Sqlite;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>What the list of jobs says, and what becomes of jobs that do not run; on both databases.</summary>
public sealed class KcopydJournalTests(PostgresDatabases postgres) : IClassFixture<PostgresDatabases>
{
    internal static readonly DateTimeOffset Before = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly CopyJobId Job = new("nightly_1");

    public static TheoryData<bool> Databases => [false, true];

    [SkippableTheory]
    [MemberData(nameof(Databases))]
    public async Task A_journal_that_is_not_there_has_no_jobs_and_none_is_made(bool isPostgres)
    {
        await using var store = await OpenAsync(isPostgres);

        Assert.Empty(await store.Journal.ListAsync(default));
        Assert.Null(await store.Journal.FindAsync(Job, default));
        Assert.Equal(0, await store.Journal.PruneAsync(default));
        Assert.False(File.Exists(store.File));
        Assert.False(Directory.Exists(store.Locks));
    }

    [SkippableTheory]
    [MemberData(nameof(Databases))]
    public async Task A_job_is_summed_up_from_its_events(bool isPostgres)
    {
        await using var store = await OpenAsync(isPostgres);
        await store.WriteAsync(Job, [.. History(JobStanding.Failed)]);

        AssertSummedUp(await store.Journal.FindAsync(Job, default));
        AssertSummedUp(Assert.Single(await store.Journal.ListAsync(default)));
    }

    [SkippableTheory]
    [MemberData(nameof(Databases))]
    public async Task A_job_is_summed_up_from_its_snapshot_when_no_event_is_left(bool isPostgres)
    {
        await using var store = await OpenAsync(isPostgres);
        var history = History(JobStanding.Failed);
        await store.WriteAsync(Job, [.. history, JobHistory.Fold(history).ToSnapshot()]);

        AssertSummedUp(Assert.Single(await store.Journal.ListAsync(default)));
    }

    [SkippableTheory]
    [MemberData(nameof(Databases))]
    public async Task Jobs_are_listed_oldest_first_and_other_streams_are_none(bool isPostgres)
    {
        await using var store = await OpenAsync(isPostgres);
        var (later, earlier) = (new CopyJobId("A"), new CopyJobId("z"));
        await store.WriteAsync(later, Created(Before.AddHours(1)));
        await store.WriteAsync(earlier, Created(Before));
        await store.WriteAsync(new CopyJobId("no job"), "something else");
        await store.WriteAsync(new CopyJobId("nightlyx1"), Created(Before.AddHours(2)));

        var jobs = await store.Journal.ListAsync(default);

        Assert.Equal(["z", "A", "nightlyx1"], jobs.Select(job => job.Id.Value));
        Assert.Null(await store.Journal.FindAsync(Job, default));
        Assert.Null(await store.Journal.FindAsync(new CopyJobId("a"), default));
    }

    [SkippableTheory]
    [MemberData(nameof(Databases))]
    public async Task A_stream_that_cannot_be_read_shows_the_reason_and_can_be_forgotten(bool isPostgres)
    {
        await using var store = await OpenAsync(isPostgres);
        await store.WriteAsync(Job, "from another world");
        await store.WriteAsync(new CopyJobId("broken"), new JobEvent.RunEnded(1, JobStanding.Failed, "", Before));
        await store.WriteAsync(new CopyJobId("good"), Created(Before));

        var jobs = (await store.Journal.ListAsync(default)).ToDictionary(job => job.Id.Value);

        Assert.Equal(["broken", "good", "nightly_1"], jobs.Keys.Order());
        Assert.Equal((null, JobStanding.Blocked), (jobs["broken"].Description, jobs["broken"].Standing));
        Assert.Equal("forgotten while it ran", jobs["broken"].Reason);
        Assert.Contains("System.String is nothing", jobs["nightly_1"].Reason, StringComparison.Ordinal);
        Assert.Equal(JobStanding.Interrupted, jobs["good"].Standing);

        await store.Journal.ForgetAsync(Job, default);
        Assert.Null(await store.Journal.FindAsync(Job, default));
    }

    [SkippableTheory]
    [MemberData(nameof(Databases))]
    public async Task Forgetting_removes_events_snapshots_and_the_lock_file_and_another_of_the_name_may_come(
        bool isPostgres)
    {
        await using var store = await OpenAsync(isPostgres);
        var history = History(JobStanding.Interrupted);
        await store.WriteAsync(Job, [.. history, JobHistory.Fold(history).ToSnapshot()]);
        await store.WriteAsync(Job, new JobEvent.RunEnded(1, JobStanding.Failed, "", Before));
        JobLock.TryAcquire(store.Locks, Job, out _)!.Dispose();

        await store.Journal.ForgetAsync(Job, default);

        Assert.Empty(await store.Journal.ListAsync(default));
        Assert.Empty(Directory.GetFiles(store.Locks));
        var refused = await Assert.ThrowsAsync<JournalException>(() => store.Journal.ForgetAsync(Job, default));
        Assert.Equal("There is no job nightly_1 in the journal.", refused.Message);

        await store.WriteAsync(Job, Created(Before));
        var again = await store.Journal.FindAsync(Job, default);
        Assert.Equal((0L, Before), (again!.Targets[0].FlushedBytes, again.CreatedAt));
    }

    [SkippableTheory]
    [MemberData(nameof(Databases))]
    public async Task A_job_that_is_blocked_says_why_once(bool isPostgres)
    {
        await using var store = await OpenAsync(isPostgres);
        await store.WriteAsync(Job, [.. History(JobStanding.Failed)]);

        await store.Journal.RecordBlockedAsync(Job, "The source is gone.", default);
        var blocked = await store.Journal.FindAsync(Job, default);
        await store.Journal.RecordBlockedAsync(Job, "The source is gone.", default);
        var same = await store.Journal.FindAsync(Job, default);

        Assert.Equal((JobStanding.Blocked, "The source is gone."), (blocked!.Standing, blocked.Reason));
        Assert.Equal(51_200, blocked.Targets[0].FlushedBytes);
        Assert.Equal(blocked.UpdatedAt, same!.UpdatedAt);
        Assert.Equal(blocked.Reason, same.Reason);
    }

    [Theory]
    [InlineData(JobStanding.Completed)]
    [InlineData(JobStanding.CompletedWithErrors)]
    public async Task A_job_that_is_over_cannot_be_blocked(JobStanding over)
    {
        await using var store = JournalStore.OnSqlite();
        await store.WriteAsync(Job, [.. History(over)]);

        var refused = await Assert.ThrowsAsync<JournalException>(
            () => store.Journal.RecordBlockedAsync(Job, "So.", default));

        Assert.Equal("The job nightly_1 cannot be blocked: it is over.", refused.Message);
        Assert.Equal(over, (await store.Journal.FindAsync(Job, default))!.Standing);
    }

    [Fact]
    public async Task A_job_whose_runner_was_killed_is_interrupted()
    {
        await using var store = JournalStore.OnSqlite();
        await store.WriteAsync(Job, [.. History(null)]);

        var killed = await store.Journal.FindAsync(Job, default);

        Assert.Equal((JobStanding.Interrupted, "killed", false), (killed!.Standing, killed.Reason, killed.IsRunning));
        Assert.Equal(0, killed.BytesPerSecond);
    }

    [Fact]
    public async Task A_job_that_another_process_has_runs_and_is_neither_forgotten_nor_blocked()
    {
        await using var store = JournalStore.OnSqlite();
        await store.WriteAsync(Job, [.. History(null)]);
        var (other, _) = await LockProcess.StartAsync(store.Locks, Job.Value);
        using (other)
        {
            var running = await store.Journal.FindAsync(Job, default);
            Assert.Equal((JobStanding.Running, true), (running!.Standing, running.IsRunning));
            Assert.Equal(7, running.BytesPerSecond);

            var kept = await Assert.ThrowsAsync<JournalException>(() => store.Journal.ForgetAsync(Job, default));
            Assert.Equal($"The job nightly_1 cannot be forgotten while {other.Holder} runs it.", kept.Message);
            await Assert.ThrowsAsync<JournalException>(() => store.Journal.RecordBlockedAsync(Job, "So.", default));

            await other.KillAsync();
            Assert.Equal("killed", (await store.Journal.FindAsync(Job, default))!.Reason);
            await store.Journal.ForgetAsync(Job, default);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Databases))]
    public async Task Ended_jobs_beyond_the_number_are_forgotten_the_oldest_first(bool isPostgres)
    {
        await using var store = await OpenAsync(isPostgres);
        for (var i = 0; i < 5; i++)
        {
            var history = History(JobStanding.Completed, Before.AddHours(-i));
            await store.WriteAsync(new CopyJobId($"done-{i}"), [.. history]);
        }

        await store.WriteAsync(Job, [.. History(JobStanding.Failed)]);
        var options = store.Options with { KeepEndedCount = 2, KeepEndedFor = TimeSpan.FromDays(36_500) };
        var journal = new KcopydJournal(store.System, options);

        Assert.Equal(3, await journal.PruneAsync(default));

        var left = await journal.ListAsync(default);
        Assert.Equal(["done-0", "done-1", "nightly_1"], left.Select(job => job.Id.Value).Order());
        Assert.Equal(0, await journal.PruneAsync(default));
    }

    [Fact]
    public async Task Ended_jobs_are_forgotten_when_their_time_is_over_and_no_others()
    {
        await using var store = JournalStore.OnSqlite();
        await store.WriteAsync(new CopyJobId("done"), [.. History(JobStanding.CompletedWithErrors)]);
        await store.WriteAsync(new CopyJobId("running"), [.. History(JobStanding.Completed)]);
        await store.WriteAsync(Job, [.. History(JobStanding.Failed)]);
        using var running = JobLock.TryAcquire(store.Locks, new CopyJobId("running"), out _);

        var journal = new KcopydJournal(store.System, store.Options with { KeepEndedFor = TimeSpan.Zero });
        Assert.Equal(1, await journal.PruneAsync(default));

        Assert.Equal(["nightly_1", "running"], (await journal.ListAsync(default)).Select(job => job.Id.Value).Order());
        Assert.Equal(0, await store.Journal.PruneAsync(default));
    }

    [SkippableTheory]
    [MemberData(nameof(Databases))]
    public async Task Jobs_are_listed_while_they_are_written(bool isPostgres)
    {
        await using var store = await OpenAsync(isPostgres);
        var jobs = Enumerable.Range(0, 20).Select(i => new CopyJobId($"job-{i}")).ToList();
        await Task.WhenAll(jobs.Select(job => store.WriteAsync(job, Created(Before))));

        var writing = Task.WhenAll(jobs.Select(job => store.WriteAsync(job, [.. History(null).Skip(1)])));
        IReadOnlyList<JobSummary> listed;
        do
        {
            listed = await store.Journal.ListAsync(default);
            Assert.Equal(20, listed.Count);
            Assert.All(listed, job => Assert.NotNull(job.Description));
        }
        while (!writing.IsCompleted);

        await writing;
        listed = await store.Journal.ListAsync(default);
        Assert.All(listed, job => Assert.Equal(51_200, job.Targets[0].FlushedBytes));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_named_and_left_as_it_is()
    {
        await using var store = JournalStore.OnSqlite();
        var bytes = TempDirectory.Bytes(8_192, 1);
        await File.WriteAllBytesAsync(store.File, bytes);

        var refused = await Assert.ThrowsAsync<JournalException>(() => store.Journal.ListAsync(default));

        Assert.StartsWith(
            $"The journal {store.File} is damaged and is left as it is: ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(store.File));
        await Assert.ThrowsAsync<JournalException>(() => store.Journal.ForgetAsync(Job, default));
        await Assert.ThrowsAsync<JournalException>(() => store.Journal.PruneAsync(default));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(store.File));
    }

    [Fact]
    public async Task A_journal_damaged_in_its_middle_is_said_and_left_as_it_is()
    {
        await using (var store = JournalStore.OnSqlite())
        {
            await store.WriteAsync(Job, [.. History(JobStanding.Failed)]);
            await using var other = JournalStore.OnSqlite();
            await using (var connection = new SqliteConnection($"Data Source={store.File};Pooling=false"))
            {
                await connection.OpenAsync();
                await using var copy = connection.CreateCommand();
                copy.CommandText = "VACUUM INTO @file";
                copy.Parameters.AddWithValue("@file", other.File);
                await copy.ExecuteNonQueryAsync();
            }

            var bytes = await File.ReadAllBytesAsync(other.File);
            Array.Fill(bytes, (byte)0x5A, 4_096, bytes.Length - 4_096);
            await File.WriteAllBytesAsync(other.File, bytes);

            var refused = await Assert.ThrowsAsync<JournalException>(() => other.Journal.ListAsync(default));

            Assert.Contains(other.File, refused.Message, StringComparison.Ordinal);
            Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(other.File));
        }
    }

    [Fact]
    public async Task A_journal_of_another_kind_cannot_be_listed()
    {
        await using var store = JournalStore.OnSqlite();
        var options = store.Options with { JournalPluginId = "akka.persistence.journal.inmem" };
        var journal = new KcopydJournal(store.System, options);

        var refused = await Assert.ThrowsAsync<JournalException>(() => journal.ListAsync(default));

        Assert.Contains("akka.persistence.journal.inmem", refused.Message, StringComparison.Ordinal);
    }

    private async Task<JournalStore> OpenAsync(bool isPostgres) =>
        isPostgres ? JournalStore.OnPostgres(await postgres.CreateAsync()) : JournalStore.OnSqlite();

    internal static JobEvent.Created Created(DateTimeOffset at) => Golden.Created with { At = at };

    /// <summary>A job of two targets that flushed 100 sectors to both; null: its run did not end.</summary>
    internal static JobEvent[] History(JobStanding? end, DateTimeOffset? at = null)
    {
        var began = at ?? Before;
        JobEvent[] run =
        [
            Created(began),
            Golden.RunStarted with { Epoch = 1, At = began, Runner = JobLock.Self },
            Golden.Checkpoint with
            {
                Epoch = 1,
                Number = 1,
                At = began.AddMinutes(1),
                Flushed = [new FlushedRanges(TargetMask.All(2), [SectorRange.Create(0, 100)])],
                BytesPerSecond = 7,
            },
        ];
        return end is { } standing
            ? [.. run, new JobEvent.RunEnded(1, standing, "So it was.", began.AddMinutes(2))]
            : run;
    }

    private static void AssertSummedUp(JobSummary? job)
    {
        Assert.NotNull(job);
        Assert.Equal((Job, JobStanding.Failed, "So it was.", false), (job.Id, job.Standing, job.Reason, job.IsRunning));
        Assert.Equal(Golden.Created.Description, job.Description);
        Assert.Equal((Before, Before.AddMinutes(2)), (job.CreatedAt, job.UpdatedAt));
        Assert.Equal((JobLock.Self, Golden.RunStarted.Options, true), (job.Runner, job.Options, job.Direct));
        Assert.Equal((2_097_152L * 512, 0d), (job.TotalBytes, job.BytesPerSecond));
        Assert.Equal((5_000_000_000, 4_096), (job.FailureCount, job.ZeroedBytes));
        Assert.Equal(
            [
                new JobTargetSummary("/dev/sdb", 51_200, IsDropped: false, HasErrors: true),
                new JobTargetSummary("null:1G", 51_200, IsDropped: true, HasErrors: true),
            ],
            job.Targets.AsEnumerable());
    }
}
