using System.Collections.Immutable;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>What the journal knows of a job: the sum of its events. Not safe for concurrent use.</summary>
/// <remarks>
/// Invariants: a range is in the flushed set of a target only if a checkpoint said so, no later run began that target
/// afresh and nothing withdrew it; a dropped target stays dropped until it begins afresh. Its size does not grow with
/// the job: runs of flushed sectors join, failures and zeroed ranges have limits.
/// </remarks>
internal sealed class JobRecord
{
    /// <summary>Why a run is over that did not say so.</summary>
    public const string Killed = "killed";

    /// <summary>Why there is nothing but the late events of a run.</summary>
    public const string Forgotten = "forgotten while it ran";

    private ExtentSet[] _flushed = [];

    /// <summary>What the job is about; null while there is none.</summary>
    public JobDescription? Description { get; private set; }

    /// <summary>The last run; null while none was begun.</summary>
    public JobEvent.RunStarted? LastRun { get; private set; }

    /// <summary>The number of the last checkpoint of the last run; 0 while it has none.</summary>
    public long CheckpointNumber { get; private set; }

    /// <summary>How it stands.</summary>
    public JobStanding Standing { get; private set; }

    /// <summary>Why it stands so; empty where there is nothing to say.</summary>
    public string Reason { get; private set; } = string.Empty;

    /// <summary>The targets that had an error.</summary>
    public TargetMask WriteErrors { get; private set; }

    /// <summary>The targets that were dropped.</summary>
    public TargetMask Dropped { get; private set; }

    /// <summary>Whether a part of the source could not be read.</summary>
    public bool ReadError { get; private set; }

    /// <summary>How many failures there were.</summary>
    public long FailureCount { get; private set; }

    /// <summary>The first failures.</summary>
    public ImmutableList<CopyFailure> Failures { get; private set; } = [];

    /// <summary>The unreadable ranges that were written as zeros.</summary>
    public ImmutableList<CopyFailure> Zeroed { get; private set; } = [];

    /// <summary>Bytes a second at the last checkpoint.</summary>
    public double BytesPerSecond { get; private set; }

    /// <summary>When the job came to be.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When the last event happened.</summary>
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>The epoch of the last run, of an earlier job of that name too; 0 while none was begun. Later than the
    /// run's where claims were withdrawn since: the run has lost the job.</summary>
    public long Epoch { get; private set; }

    /// <summary>Whether there is nothing left to do.</summary>
    public bool IsOver => Standing is JobStanding.Completed or JobStanding.CompletedWithErrors;

    /// <summary>What is durable on a target. Not to be changed.</summary>
    public ExtentSet FlushedOn(int target) => _flushed[target];

    /// <summary>How much is durable on each target.</summary>
    public ImmutableArray<long> FlushedBytes() => [.. _flushed.Select(set => set.SectorCount * Sectors.Size)];

    /// <summary>Takes an event in.</summary>
    /// <exception cref="InvalidDataException">It does not fit to what happened before.</exception>
    public void Apply(JobEvent happened)
    {
        if (Description is null && happened is not JobEvent.Created)
        {
            // A runner that outlived its job: what it says is of no job that there is.
            Reason = Forgotten;
            return;
        }

        Check(happened);
        UpdatedAt = happened.At;
        switch (happened)
        {
            case JobEvent.Created e:
                Create(e);
                break;
            case JobEvent.RunStarted e:
                Start(e);
                break;
            case JobEvent.Checkpoint e:
                Checkpoint(e);
                break;
            case JobEvent.RunEnded e:
                (Standing, Reason, BytesPerSecond) = (e.Standing, e.Reason, 0);
                break;
            case JobEvent.Withdrawn e:
                Withdraw(e);
                break;
            default:
                throw new InvalidDataException($"{happened.GetType()} is no event of a job.");
        }
    }

    /// <summary>Whether an event of its last run, of which that is not known, was appended.</summary>
    public bool Holds(JobEvent happened) => happened switch
    {
        JobEvent.Checkpoint e => CheckpointNumber >= e.Number,
        JobEvent.RunEnded e => (Standing, Reason) == (e.Standing, e.Reason),
        _ => throw new ArgumentException($"{happened} is appended by no run that began.", nameof(happened)),
    };

    /// <summary>What the next run begins with.</summary>
    public CopyResume ToResume()
    {
        var count = Description!.SectorCount;
        var wanted = TargetMask.All(_flushed.Length).Except(Dropped);
        return new CopyResume
        {
            Missing = MissingRuns.Of(count, _flushed, wanted),
            Dropped = Dropped,
            WriteErrors = WriteErrors,
            ReadError = ReadError,
            Failures = Failures,
            FailureCount = FailureCount,
            Zeroed = Zeroed,
        };
    }

    /// <summary>Everything, as one value that can be kept.</summary>
    public JobSnapshot ToSnapshot() => new(Description!, CreatedAt)
    {
        LastRun = LastRun,
        Standing = Standing,
        Reason = Reason,
        State = new JobEvent.Checkpoint(Epoch, CheckpointNumber, UpdatedAt)
        {
            Flushed =
            [
                .. _flushed.Select((set, target) => new FlushedRanges(TargetMask.Of(target), [.. set])),
            ],
            WriteErrors = WriteErrors,
            Dropped = Dropped,
            ReadError = ReadError,
            FailureCount = FailureCount,
            Failures = [.. Failures],
            Zeroed = [.. Zeroed],
            BytesPerSecond = BytesPerSecond,
        },
    };

    /// <summary>A record that a snapshot was taken of.</summary>
    public static JobRecord From(JobSnapshot snapshot)
    {
        var record = new JobRecord();
        record.Apply(new JobEvent.Created(snapshot.Description, snapshot.CreatedAt));
        record.Check(snapshot.State);
        record.Checkpoint(snapshot.State with { Zeroed = [] });
        record.Zeroed = [.. snapshot.State.Zeroed];
        record.Epoch = snapshot.State.Epoch;
        record.LastRun = snapshot.LastRun;
        record.Standing = snapshot.Standing;
        record.Reason = snapshot.Reason;
        record.UpdatedAt = snapshot.State.At;
        return record;
    }

    /// <summary>What no runner writes, and a damaged journal may hold.</summary>
    private void Check(JobEvent happened)
    {
        var all = TargetMask.All(_flushed.Length);
        var named = happened switch
        {
            JobEvent.RunStarted e when e.Targets.Length == _flushed.Length => e.Afresh,
            JobEvent.Checkpoint e =>
                e.Flushed.Aggregate(e.Dropped.Or(e.WriteErrors), (mask, one) => mask.Or(one.Targets)),
            JobEvent.Withdrawn e => e.Ranges.Aggregate(TargetMask.None, (mask, one) => mask.Or(one.Targets)),
            JobEvent.Created or JobEvent.RunEnded => TargetMask.None,
            _ => throw new InvalidDataException($"{happened.GetType().Name} does not fit to the job."),
        };
        if (!named.Except(all).IsEmpty)
        {
            throw new InvalidDataException($"{happened.GetType().Name} is of another job.");
        }
    }

    private void Create(JobEvent.Created created)
    {
        Description = created.Description;
        CreatedAt = created.At;
        (LastRun, CheckpointNumber) = (null, 0);
        _flushed = [.. created.Description.Targets.Select(_ => new ExtentSet())];
        (WriteErrors, Dropped, ReadError) = (TargetMask.None, TargetMask.None, false);
        (FailureCount, Failures, Zeroed) = (0, [], []);
        (Standing, Reason, BytesPerSecond) = (JobStanding.Interrupted, string.Empty, 0);
    }

    /// <summary>What is done again is judged again: of the failures only those stay that nothing will repair.</summary>
    private void Start(JobEvent.RunStarted run)
    {
        var bearsReadErrors =
            LastRun is { Options: { ErrorsAreIgnored: true } or { OnReadError: OnReadError.Salvage } };
        (LastRun, Epoch, CheckpointNumber) = (run, run.Epoch, 0);
        (Standing, Reason, BytesPerSecond) = (JobStanding.Running, string.Empty, 0);
        foreach (var target in run.Afresh.Indexes())
        {
            _flushed[target] = new ExtentSet();
        }

        Dropped = Dropped.Except(run.Afresh);
        WriteErrors = Dropped;
        Zeroed = Claimed(Zeroed);

        // A list that was cut says too little to count by: then what it says stays.
        var isWhole = FailureCount == Failures.Count;
        Failures = Failures.RemoveAll(failure => !IsFinal(failure, bearsReadErrors));
        FailureCount = isWhole ? Failures.Count : FailureCount;
        ReadError = isWhole ? Failures.Exists(failure => failure.Target is null) : ReadError;
    }

    private bool IsFinal(CopyFailure failure, bool bearsReadErrors) => failure switch
    {
        { Target: { } target } => Dropped.Contains(target),
        { Kind: CopyFailureKind.Read } =>
            bearsReadErrors && _flushed.Any(set => set.Within(FromSource(failure.Range)).Any()),
        _ => false,
    };

    /// <summary>Of what was zeroed, the parts that some target is known to hold: the rest is read again.</summary>
    private ImmutableList<CopyFailure> Claimed(ImmutableList<CopyFailure> zeroed)
    {
        var parts =
            from failure in zeroed
            let range = FromSource(failure.Range)
            from part in new ExtentSet(_flushed.SelectMany(set => set.Within(range)))
            select failure with { Range = part.Shift(SourceStart) };
        return [.. parts];
    }

    private long SourceStart => Description!.Source?.FirstSector ?? 0;

    private SectorRange FromSource(SectorRange range) => range.Shift(-SourceStart);

    private void Withdraw(JobEvent.Withdrawn withdrawn)
    {
        foreach (var (target, range) in Each(withdrawn.Ranges))
        {
            _flushed[target].Remove(range);
        }

        Epoch++;
        (Standing, Reason) = Standing == JobStanding.Running
            ? (JobStanding.Interrupted, Killed)
            : (Standing, Reason);
        BytesPerSecond = 0;
    }

    private static IEnumerable<(int Target, SectorRange Range)> Each(ImmutableArray<FlushedRanges> flushed) =>
        from one in flushed
        from target in one.Targets.Indexes()
        from range in one.Ranges
        select (target, range);

    private void Checkpoint(JobEvent.Checkpoint checkpoint)
    {
        CheckpointNumber = checkpoint.Number;
        foreach (var (target, range) in Each(checkpoint.Flushed))
        {
            _flushed[target].Add(range);
        }

        (WriteErrors, Dropped) = (checkpoint.WriteErrors, checkpoint.Dropped);
        (ReadError, FailureCount) = (checkpoint.ReadError, checkpoint.FailureCount);
        Failures = Failures.AddRange(checkpoint.Failures);
        Zeroed = checkpoint.Zeroed.Aggregate(Zeroed, ZeroedRanges.Join);
        BytesPerSecond = checkpoint.BytesPerSecond;
    }
}
