using Akka.Actor;
using Akka.Configuration;
using Kcopyd.Actors.Hosting;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core.Copying;
using Microsoft.Data.Sqlite;
using static Kcopyd.Actors.Tests.Journaling.KcopydJournalTests;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>What may be done to a job from outside depends on whether somebody runs it, and what was begun goes to its
/// end.</summary>
public sealed class JobOwnershipTests(PostgresDatabases postgres) : IClassFixture<PostgresDatabases>
{
    private static readonly CopyJobId Job = new("nightly_1");

    public static TheoryData<bool> Databases => [false, true];

    [SkippableTheory]
    [MemberData(nameof(Databases))]
    public async Task What_is_withdrawn_of_a_target_does_not_count_and_the_others_does(bool isPostgres)
    {
        await using var store = await OpenAsync(isPostgres);
        await store.WriteAsync(Job, [.. History(null)]);

        await store.Journal.WithdrawAsync(Job, TargetMask.Of(1), default);

        var job = await store.Journal.FindAsync(Job, default);
        Assert.Equal([51_200, 0], job!.Targets.Select(target => target.FlushedBytes));
        Assert.Equal((JobStanding.Interrupted, "killed"), (job.Standing, job.Reason));
        var refused = await Assert.ThrowsAsync<JournalException>(
            () => store.Journal.WithdrawAsync(Job, TargetMask.Of(2), default));
        Assert.Equal("The job nightly_1 has no such targets.", refused.Message);
        using var running = JobLock.TryAcquire(store.Locks, Job, out _);
        await Assert.ThrowsAsync<JournalException>(() => store.Journal.WithdrawAsync(Job, TargetMask.Of(1), default));
    }

    [Fact]
    public async Task A_job_that_is_over_has_nothing_to_withdraw()
    {
        await using var store = JournalStore.OnSqlite();
        await store.WriteAsync(Job, [.. History(JobStanding.Completed)]);
        var before = await store.Journal.FindAsync(Job, default);

        await store.Journal.WithdrawAsync(Job, TargetMask.Of(0), default);

        var after = await store.Journal.FindAsync(Job, default);
        Assert.Equal((before!.UpdatedAt, JobStanding.Completed), (after!.UpdatedAt, after.Standing));
    }

    [Theory]
    [InlineData("none", 1, true)] // there are no locks
    [InlineData("none", 179, true)]
    [InlineData("none", 181, false)]
    [InlineData("others", 1, true)] // of another machine, or of another directory of this one
    [InlineData("others", 179, true)]
    [InlineData("others", 181, false)]
    [InlineData("same", 1, false)] // nobody has the lock
    public async Task Without_a_lock_of_its_own_a_job_runs_as_long_as_its_runners_lease(
        string locks, int secondsAgo, bool isRunning)
    {
        await using var store = JournalStore.OnSqlite();
        var started = Golden.RunStarted with
        {
            Epoch = 1,
            At = store.System.Scheduler.Now.AddSeconds(-secondsAgo),
            Runner = JobLock.Self,
            Lease = TimeSpan.FromSeconds(180),
            LockId = JobLock.IdOf(locks switch { "same" => store.Locks, "others" => "/elsewhere", _ => null }),
        };
        await store.WriteAsync(Job, Created(Before), started);

        Assert.Equal(isRunning, (await store.Journal.FindAsync(Job, default))!.IsRunning);
        if (isRunning)
        {
            var refused = await Assert.ThrowsAsync<JournalException>(() => store.Journal.ForgetAsync(Job, default));
            Assert.Equal($"The job nightly_1 cannot be forgotten while {JobLock.Self} runs it.", refused.Message);
            await Assert.ThrowsAsync<JournalException>(
                () => store.Journal.WithdrawAsync(Job, TargetMask.Of(0), default));
        }
        else
        {
            await store.Journal.ForgetAsync(Job, default);
        }
    }

    [Fact]
    public async Task A_journal_that_cannot_delete_events_has_no_claims_of_a_forgotten_job_any_more()
    {
        await using var store = JournalStore.OnSqlite();
        var history = History(JobStanding.Interrupted);
        await store.WriteAsync(Job, [.. history, JobHistory.Fold(history).ToSnapshot()]);
        await ExecuteAsync(store, "CREATE TRIGGER stays BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'no'); END");

        await Assert.ThrowsAsync<JournalException>(() => store.Journal.ForgetAsync(Job, default));

        var left = await store.Journal.FindAsync(Job, default);
        Assert.All(left!.Targets, target => Assert.Equal(0, target.FlushedBytes));
        await ExecuteAsync(store, "DROP TRIGGER stays");
        await store.Journal.ForgetAsync(Job, default);
        Assert.Null(await store.Journal.FindAsync(Job, default));
    }

    [Fact]
    public async Task Who_stops_waiting_leaves_the_lock_to_what_still_goes_on()
    {
        await using var store = JournalStore.OnSqlite();
        await store.WriteAsync(Job, [.. History(JobStanding.Failed)]);
        await using var other = new SqliteConnection($"Data Source={store.File};Pooling=false");
        await other.OpenAsync();
        await using var writing = other.BeginTransaction(deferred: false);
        using var impatience = new CancellationTokenSource();

        var recording = store.Journal.RecordBlockedAsync(Job, "So.", impatience.Token);
        await UntilAsync(() => JobLock.IsHeld(store.Locks, Job));
        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => recording);
        Assert.True(JobLock.IsHeld(store.Locks, Job));
        await writing.RollbackAsync();
        await UntilAsync(() => !JobLock.IsHeld(store.Locks, Job));
        Assert.Equal("So.", (await store.Journal.FindAsync(Job, default))!.Reason);
    }

    [Fact]
    public async Task A_journal_whose_plug_in_cannot_be_made_is_said()
    {
        await using var store = JournalStore.OnSqlite();
        await store.WriteAsync(Job, [.. History(JobStanding.Failed)]);
        var config = ConfigurationFactory.ParseString(
            $$"""
            akka { loglevel = OFF, stdout-loglevel = OFF }
            mine { provider-name = "SQLite.MS", connection-string = "Data Source={{store.File}}" }
            """);
        using var system = ActorSystem.Create("broken", config.WithFallback(JournalConfiguration.Sqlite(store.File)));
        KcopydSerialization.Register(system);
        var journal = new KcopydJournal(system, store.Options with { JournalPluginId = "mine" });

        var job = await journal.FindAsync(Job, default);

        Assert.Contains("plug-in cannot be made", job!.Reason, StringComparison.Ordinal);
        await Assert.ThrowsAsync<JournalException>(() => journal.ForgetAsync(Job, default));
        await system.Terminate();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Yield();
        }
    }

    private static async Task ExecuteAsync(JournalStore store, string statement)
    {
        await using var connection = new SqliteConnection($"Data Source={store.File};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync();
    }

    private async Task<JournalStore> OpenAsync(bool isPostgres) =>
        isPostgres ? JournalStore.OnPostgres(await postgres.CreateAsync()) : JournalStore.OnSqlite();
}
