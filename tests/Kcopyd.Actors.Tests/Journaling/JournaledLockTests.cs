using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.Tests.Observing;
using Kcopyd.Core.Copying;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>Journaled jobs with lock files and a database, on threads.</summary>
public sealed class JournaledLockTests : IAsyncLifetime
{
    private readonly JournalStore _store = JournalStore.OnSqlite();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Who_hears_of_the_end_of_a_job_may_begin_the_next_run_at_once()
    {
        await using var client = await ClientAsync();
        for (var run = 0; run < 50; run++)
        {
            AssertGood(await client.CopyAsync(Request()));
        }
    }

    [Fact]
    public async Task Job_that_another_process_runs_is_refused_by_its_name()
    {
        using var other = JobLock.TryAcquire(_store.Locks, new CopyJobId("job"), out _);
        await using var client = await ClientAsync();
        var completed = await client.CopyAsync(Request());
        Assert.Equal(
            (CopyOutcome.Blocked, CopyFailureKind.Superseded), (completed.Outcome, completed.Details[0].Kind));
        Assert.Contains(JobLock.Self, completed.Details[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checkpoints_are_counted_and_timed()
    {
        using var recorder = new InstrumentRecorder();
        await using var client = await ClientAsync();
        AssertGood(await client.CopyAsync(Request()));

        Assert.NotEmpty(recorder.Of("kcopyd.journal.checkpoints"));
        foreach (var name in new[] { "kcopyd.journal.flush_duration", "kcopyd.journal.append_duration" })
        {
            Assert.NotEmpty(recorder.Of(name));
            Assert.All(recorder.Of(name), one => Assert.Equal(("s", true), (one.Unit, one.Value >= 0)));
        }
    }

    private static CopyRequest Request() => Copy(Source(8192), Target(8192)) with
    {
        Name = "job",
        Journaling = new JobJournaling { Policy = JobStartPolicy.BeginAfresh },
    };

    private Task<KcopydClient> ClientAsync() =>
        KcopydClient.CreateAsync(_store.System, new KcopydClientOptions { Journal = _store.Options });
}
