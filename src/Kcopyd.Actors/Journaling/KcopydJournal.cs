using System.Collections.Concurrent;
using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Copying;

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
        var taken = await TakeAsync(job, "forgotten", cancellationToken).ConfigureAwait(false);
        await HoldAsync(taken, ForgetAsync).WaitAsync(cancellationToken).ConfigureAwait(false);

        async Task ForgetAsync()
        {
            if (await CanReadAsync(job).ConfigureAwait(false))
            {
                await ReadAsync(job, Withdraw).ConfigureAwait(false);
            }

            await EraseAsync(job, taken).ConfigureAwait(false);
        }

        // A runner that is alive after all meets this at its next append, and stops.
        JobEvent? Withdraw(JobRecord record)
        {
            RefuseIfRunsElsewhere(job, record, "forgotten");
            return record.Description is { } about ? Nothing(about, TargetMask.All(about.Targets.Length)) : null;
        }
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
        var taken = await TakeAsync(job, "blocked", cancellationToken).ConfigureAwait(false);
        await HoldAsync(taken, () => ReadAsync(job, Block)).WaitAsync(cancellationToken).ConfigureAwait(false);

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
        var taken = await TakeAsync(job, "changed", cancellationToken).ConfigureAwait(false);
        await HoldAsync(taken, () => ReadAsync(job, Withdraw)).WaitAsync(cancellationToken).ConfigureAwait(false);

        JobEvent? Withdraw(JobRecord record)
        {
            RefuseIfRunsElsewhere(job, record, "changed");
            if (record.Description is not { } about || record.IsOver)
            {
                return null;
            }

            return targets.Except(TargetMask.All(about.Targets.Length)).IsEmpty
                ? Nothing(about, targets)
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
        var taken = _options.LockDirectory is { } directory
            ? JobLock.TryAcquire(directory, ended.Id, out _)
            : null;
        if (taken is null && _options.LockDirectory is not null)
        {
            return false;
        }

        var isForgotten = false;
        await HoldAsync(taken, PruneAsync).WaitAsync(cancellationToken).ConfigureAwait(false);
        return isForgotten;

        async Task PruneAsync()
        {
            var now = await ReadAsync(ended.Id).ConfigureAwait(false);
            if (now.IsOver && now.UpdatedAt == ended.UpdatedAt)
            {
                await EraseAsync(ended.Id, taken).ConfigureAwait(false);
                isForgotten = true;
            }
        }
    }

    /// <summary>Does something to its end while it has a lock: who does not wait for it any more must not let another
    /// begin beside it.</summary>
    private static async Task HoldAsync(JobLock? taken, Func<Task> work)
    {
        using (taken)
        {
            await work().ConfigureAwait(false);
        }
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
        var record = await ReadAsync(job).WaitAsync(cancellationToken).ConfigureAwait(false);
        for (var look = 1; record.Description is not null; look++)
        {
            var isRunning = IsRunning(job, record);
            if (isRunning || record.Standing != JobStanding.Running || look == Looks)
            {
                return JobSummary.Of(job, record, isRunning);
            }

            var again = await ReadAsync(job).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (again.Standing == JobStanding.Running && again.Epoch == record.Epoch)
            {
                return JobSummary.Of(job, again, false);
            }

            record = again;
        }

        return record.Reason == JobRecord.Forgotten ? new JobSummary(job) { Reason = record.Reason } : null;
    }

    private bool IsRunning(CopyJobId job, JobRecord record) =>
        (_options.LockDirectory is { } directory && JobLock.IsHeld(directory, job)) || RunsElsewhere(record);

    /// <summary>Whether a process has a job that no lock file here tells of: by what it journaled lately.</summary>
    private bool RunsElsewhere(JobRecord record) =>
        record is { Standing: JobStanding.Running, LastRun: { } run }
        && !JobLock.Covers(_options.LockDirectory, run)
        && _system.Scheduler.Now - record.UpdatedAt < run.Lease;

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

    private Task<JobRecord> ReadAsync(CopyJobId job) => ReadAsync(job, _ => null);

    /// <summary>Reads a job and appends what follows from that, if anything.</summary>
    private Task<JobRecord> ReadAsync(CopyJobId job, Func<JobRecord, JobEvent?> next)
    {
        var done = new TaskCompletionSource<JobRecord>(TaskCreationOptions.RunContinuationsAsynchronously);
        Run(Props.Create<JobReaderActor>(job, _options, next, done), e => done.TrySetException(e));
        return done.Task;
    }

    /// <summary>Whether a job can be read. If not, to forget it is the way out.</summary>
    private async Task<bool> CanReadAsync(CopyJobId job)
    {
        try
        {
            await ReadAsync(job).ConfigureAwait(false);
            return true;
        }
        catch (JournalException)
        {
            return false;
        }
    }

    private async Task EraseAsync(CopyJobId job, JobLock? taken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Run(Props.Create<JobEraserActor>(job, _options, done), e => done.TrySetException(e));
        await done.Task.ConfigureAwait(false);
        taken?.Forget();
    }

    private void Run(Props errand, Action<JournalException> fail) =>
        _system.ActorOf(Props.Create<JournalErrandActor>(errand, fail));

    /// <summary>That nothing counts on these targets.</summary>
    private JobEvent.Withdrawn Nothing(JobDescription about, TargetMask targets) =>
        new([FlushedRanges.Whole(targets, about.SectorCount)], _system.Scheduler.Now);

    private static JournalException Running(CopyJobId job, string what, string runner) =>
        new($"The job {job} cannot be {what} while {runner} runs it.");
}
