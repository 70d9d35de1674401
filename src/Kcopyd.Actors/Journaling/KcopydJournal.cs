using System.Collections.Concurrent;
using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Journaling;

namespace Kcopyd.Actors.Journaling;

/// <summary>The jobs in a journal: what there is, how each stands, and what becomes of it while it does not
/// run.</summary>
/// <remarks>
/// The actor system's configuration says where the journal is: see <see cref="JournalConfiguration"/>. Any thread may
/// call. Every method throws <see cref="JournalException"/>, with one sentence for people, if the journal cannot be
/// used; a journal that is not there yet has no jobs, and reading makes none.
/// </remarks>
public sealed class KcopydJournal
{
    /// <summary>Jobs that are read at a time: enough to keep a database busy, few enough to leave it to
    /// runners.</summary>
    private const int Readers = 16;

    /// <summary>How often a job is looked at that changes hands while it is.</summary>
    private const int Looks = 3;

    private readonly ActorSystem _system;
    private readonly JournalOptions _options;
    private readonly JobStreams _streams;

    /// <summary>The journal of a system.</summary>
    /// <param name="system">The system; lives as long as this is used.</param>
    /// <param name="options">As given to the clients whose jobs these are.</param>
    public KcopydJournal(ActorSystem system, JournalOptions options)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(options);
        KcopydSerialization.Register(system);
        (_system, _options) = (system, options);
        _streams = new JobStreams(system, options);
    }

    private TimeSpan Lease => new CheckpointPace(_options.Interval, _options.UnflushedLimit).Lease;

    /// <summary>All jobs, the oldest first.</summary>
    /// <remarks>A job that cannot be read is among them, with the reason.</remarks>
    public async Task<IReadOnlyList<JobSummary>> ListAsync(CancellationToken cancellationToken) =>
        await ListAsync(await _streams.FindAsync(null, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);

    /// <summary>One job; null if there is none of that name.</summary>
    public async Task<JobSummary?> FindAsync(CopyJobId job, CancellationToken cancellationToken)
    {
        var found = await _streams.FindAsync(job, cancellationToken).ConfigureAwait(false);
        return found.Count == 0 ? null : await SummarizeAsync(job, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes everything that there is of a job, and its lock file. Its devices stay as they are.</summary>
    /// <exception cref="JournalException">It runs, there is none of that name, or the journal cannot be
    /// written.</exception>
    public async Task ForgetAsync(CopyJobId job, CancellationToken cancellationToken)
    {
        using var taken = await TakeAsync(job, "forgotten", cancellationToken).ConfigureAwait(false);
        if (await TryReadAsync(job, cancellationToken).ConfigureAwait(false) is { } record)
        {
            RefuseIfRunsElsewhere(job, record, "forgotten");
        }

        await EraseAsync(job, taken, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has the journal say that a job cannot go on as things are, and why.</summary>
    /// <param name="job">The job; it is neither over nor running.</param>
    /// <param name="reason">A sentence.</param>
    /// <param name="cancellationToken">Ends the wait; the journal may say it all the same.</param>
    /// <exception cref="JournalException">It runs or is over, there is none of that name, or the journal cannot be
    /// read or written.</exception>
    public async Task RecordBlockedAsync(CopyJobId job, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reason);
        using var taken = await TakeAsync(job, "blocked", cancellationToken).ConfigureAwait(false);
        await ReadAsync(job, Block, cancellationToken).ConfigureAwait(false);

        JobEvent? Block(JobRecord record)
        {
            RefuseIfRunsElsewhere(job, record, "blocked");
            if (record.Description is null || record.IsOver)
            {
                throw new JournalException($"The job {job} cannot be blocked: it is over.");
            }

            return record.Standing == JobStanding.Blocked && record.Reason == reason
                ? null
                : new JobEvent.RunEnded(record.Epoch, JobStanding.Blocked, reason, _system.Scheduler.Now);
        }
    }

    /// <summary>Has the journal say that nothing on these targets of a job counts any more: the next run does all of
    /// it again.</summary>
    /// <remarks>For who is about to create, replace or extend a target of an unfinished job: what was recorded of the
    /// one before must not be taken for what is on the new one, even where nothing else happens after that. A job that
    /// is over has nothing to withdraw: its next run begins afresh.</remarks>
    /// <param name="job">The job; it does not run.</param>
    /// <param name="targets">The targets, by index.</param>
    /// <param name="cancellationToken">Ends the wait; the journal may say it all the same.</param>
    /// <exception cref="JournalException">It runs, there is none of that name, it has no such target, or the journal
    /// cannot be read or written: then the target must stay as it is.</exception>
    public async Task WithdrawAsync(CopyJobId job, TargetMask targets, CancellationToken cancellationToken)
    {
        using var taken = await TakeAsync(job, "changed", cancellationToken).ConfigureAwait(false);
        await ReadAsync(job, Withdraw, cancellationToken).ConfigureAwait(false);

        JobEvent? Withdraw(JobRecord record)
        {
            RefuseIfRunsElsewhere(job, record, "changed");
            if (record.Description is not { } about || record.IsOver)
            {
                return null;
            }

            return targets.Except(TargetMask.All(about.Targets.Length)).IsEmpty
                ? new JobEvent.Withdrawn([FlushedRanges.Whole(targets, about.SectorCount)], _system.Scheduler.Now)
                : throw new JournalException($"The job {job} has no such targets.");
        }
    }

    /// <summary>Forgets jobs that are over, as far as <see cref="JournalOptions.KeepEndedFor"/> and
    /// <see cref="JournalOptions.KeepEndedCount"/> do not keep them.</summary>
    /// <remarks>Cheap while nothing is too old and there are no more jobs than are kept.</remarks>
    /// <returns>How many were forgotten.</returns>
    public async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        var limit = _system.Scheduler.Now - _options.KeepEndedFor;
        var streams = await _streams.FindAsync(null, cancellationToken).ConfigureAwait(false);
        var suspects = streams.Count > _options.KeepEndedCount
            ? streams
            : [.. streams.Where(stream => stream.WrittenAt < limit)];
        var jobs = await ListAsync(suspects, cancellationToken).ConfigureAwait(false);
        var ended = jobs.Where(job => job is { IsOver: true, IsRunning: false })
            .OrderByDescending(job => job.UpdatedAt)
            .Index();
        var forgotten = 0;
        foreach (var (_, job) in ended.Where(e => e.Index >= _options.KeepEndedCount || e.Item.UpdatedAt < limit))
        {
            forgotten += await PruneAsync(job, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        }

        return forgotten;
    }

    /// <summary>Forgets a job, unless something became of it since it was looked at.</summary>
    private async Task<bool> PruneAsync(JobSummary ended, CancellationToken cancellationToken)
    {
        using var taken = _options.LockDirectory is { } directory
            ? JobLock.TryAcquire(directory, ended.Id, out _)
            : null;
        if (taken is null && _options.LockDirectory is not null)
        {
            return false;
        }

        var now = await ReadAsync(ended.Id, Nothing, cancellationToken).ConfigureAwait(false);
        if (!now.IsOver || now.UpdatedAt != ended.UpdatedAt)
        {
            return false;
        }

        await EraseAsync(ended.Id, taken, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<IReadOnlyList<JobSummary>> ListAsync(
        IReadOnlyList<JobStream> streams, CancellationToken cancellationToken)
    {
        var found = new ConcurrentBag<JobSummary>();
        var bound = new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(streams, bound, async (stream, cancel) =>
        {
            if (await SummarizeAsync(stream.Job, cancel).ConfigureAwait(false) is { } summary)
            {
                found.Add(summary);
            }
        }).ConfigureAwait(false);
        return [.. found.OrderBy(job => job.CreatedAt).ThenBy(job => job.Id.Value, StringComparer.Ordinal)];
    }

    /// <summary>Reads a job; null if it was forgotten meanwhile.</summary>
    private async Task<JobSummary?> SummarizeAsync(CopyJobId job, CancellationToken cancellationToken)
    {
        try
        {
            return await LookAsync(job, cancellationToken).ConfigureAwait(false);
        }
        catch (JournalException e)
        {
            return new JobSummary(job) { Reason = e.Message };
        }
    }

    /// <summary>Who looks at the journal and then at the lock may meet two runs, or a run and its end. A run that the
    /// journal knows before and after nobody had the lock was killed.</summary>
    private async Task<JobSummary?> LookAsync(CopyJobId job, CancellationToken cancellationToken)
    {
        var record = await ReadAsync(job, Nothing, cancellationToken).ConfigureAwait(false);
        for (var look = 1; record.Description is not null; look++)
        {
            var isRunning = IsRunning(job, record);
            if (isRunning || record.Standing != JobStanding.Running || look == Looks)
            {
                return JobSummary.Of(job, record, isRunning);
            }

            var again = await ReadAsync(job, Nothing, cancellationToken).ConfigureAwait(false);
            if (again.Standing == JobStanding.Running && again.Epoch == record.Epoch)
            {
                return JobSummary.Of(job, again, false);
            }

            record = again;
        }

        return null;
    }

    private bool IsRunning(CopyJobId job, JobRecord record) =>
        (_options.LockDirectory is { } directory && JobLock.IsHeld(directory, job)) || RunsElsewhere(record);

    /// <summary>Whether a process has a job that no lock file of this machine tells of: by what it journaled
    /// lately.</summary>
    private bool RunsElsewhere(JobRecord record) =>
        record is { Standing: JobStanding.Running, LastRun: { } run }
        && (_options.LockDirectory is null || !run.Runner.EndsWith(JobLock.HereSuffix, StringComparison.Ordinal))
        && _system.Scheduler.Now - record.UpdatedAt < Lease;

    private void RefuseIfRunsElsewhere(CopyJobId job, JobRecord record, string what)
    {
        if (RunsElsewhere(record))
        {
            throw Running(job, what, record.LastRun!.Runner);
        }
    }

    /// <summary>Takes the lock of a job that there is; null where there are no locks.</summary>
    private async Task<JobLock?> TakeAsync(CopyJobId job, string what, CancellationToken cancellationToken)
    {
        var found = await _streams.FindAsync(job, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0)
        {
            throw new JournalException($"There is no job {job} in the journal.");
        }

        return _options.LockDirectory is { } directory
            ? JobLock.TryAcquire(directory, job, out var holder) ?? throw Running(job, what, holder)
            : null;
    }

    private async Task<JobRecord> ReadAsync(
        CopyJobId job, Func<JobRecord, JobEvent?> next, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<JobRecord>(TaskCreationOptions.RunContinuationsAsynchronously);
        _system.ActorOf(Props.Create<JobReaderActor>(job, _options, next, done));
        return await done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a job; null if it cannot be read. To forget it is the way out then.</summary>
    private async Task<JobRecord?> TryReadAsync(CopyJobId job, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(job, Nothing, cancellationToken).ConfigureAwait(false);
        }
        catch (JournalException)
        {
            return null;
        }
    }

    private async Task EraseAsync(CopyJobId job, JobLock? taken, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _system.ActorOf(Props.Create<JobEraserActor>(job, _options, done));
        await done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        taken?.Forget();
    }

    private static JobEvent? Nothing(JobRecord record) => null;

    private static JournalException Running(CopyJobId job, string what, string runner) =>
        new($"The job {job} cannot be {what} while {runner} runs it.");
}
