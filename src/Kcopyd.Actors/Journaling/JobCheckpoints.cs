using System.Collections.Immutable;
using System.Globalization;
using Kcopyd.Actors.Copying;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Journaling;

namespace Kcopyd.Actors.Journaling;

/// <summary>Flushes what a job has written and has it journaled, in this order. Belongs to the job actor.</summary>
/// <remarks>Flushing and appending go on beside each other and beside the copying; of each there is one at a
/// time.</remarks>
internal sealed class JobCheckpoints(JobJournalSetup setup, IJournaledJob job, JournalLine line)
{
    private readonly CheckpointLedger _ledger = new(setup.Description.Targets.Length);
    private readonly CheckpointPace _pace = setup.Pace;
    private readonly List<CopyFailure> _zeroed = [];
    private long _epoch;
    private long _number;
    private int _journaledFailures;
    private long _journaledFailureCount;
    private TargetMask _journaledErrors;
    private TimeSpan _lastAppended;
    private TimeSpan _lastFlushBegan;

    /// <summary>Whether everything that was written is flushed and in a checkpoint that is durable.</summary>
    public bool IsSettled =>
        _ledger is { IsFlushing: false, HasWritten: false, HasClaim: false } && line.Pending is null && !HasNews;

    /// <summary>Whether there is anything that a later turn has to see to.</summary>
    public bool HasWork => _ledger is not { IsFlushing: false, HasWritten: false, HasClaim: false };

    /// <summary>What the job may not do for now.</summary>
    public CopyHold Hold => (IsLate, _pace.IsFull(_ledger, setup.InFlightBytes)) switch
    {
        (true, _) => CopyHold.Writes,
        (false, true) => CopyHold.NewSegments,
        _ => CopyHold.None,
    };

    /// <summary>Why nothing may be written although the journal is open; null if something may, or may as soon as the
    /// journal is asked.</summary>
    public string? LateReason => IsLate && line.Pending is not null
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"the journal has not answered for {(line.Now - _lastAppended).TotalSeconds:F0} s")
        : null;

    /// <summary>Whether the run may have lost its place to another: nothing was appended for so long.</summary>
    private bool IsLate => _pace.IsLeaseOver(line.Now, _lastAppended);

    /// <summary>Whether something happened that no checkpoint says yet, although there may be nothing to
    /// claim.</summary>
    private bool HasNews =>
        job.State.FailureCount != _journaledFailureCount
        || job.State.WriteErrors != _journaledErrors
        || _zeroed.Count > 0;

    /// <summary>A run begins with this record.</summary>
    public void Begin(JobRecord record)
    {
        _epoch = record.Epoch;
        _journaledFailures = record.Failures.Count;
        _journaledFailureCount = record.FailureCount;
        _journaledErrors = record.WriteErrors;
        _lastAppended = line.AppendBegan;
        _lastFlushBegan = line.Now;
    }

    /// <summary>A segment is over: what was written of it can be flushed.</summary>
    public void AddWritten(SegmentRun run)
    {
        var dirtyBytes = run.IsZeroedByCommand ? 0 : run.Segment.Range.CountBytes;
        foreach (var (target, _) in run.Written)
        {
            _ledger.AddWritten(target, run.Segment.Range, dirtyBytes);
        }

        if (run.Written.Count > 0 && run.Read is { Zeroed.IsEmpty: false } read)
        {
            _zeroed.AddRange(read.Zeroed);
        }
    }

    /// <summary>Begins to flush what was written, if that is due or wanted now.</summary>
    public void FlushIfDue(bool isWanted)
    {
        _ledger.GiveUp(job.State.Dropped);
        if (_ledger is { IsFlushing: false, HasWritten: true }
            && (isWanted || _pace.IsFlushDue(_ledger, line.Now, _lastFlushBegan)))
        {
            _lastFlushBegan = line.Now;
            job.Flush(_ledger.BeginFlush());
        }
    }

    /// <summary>The flush is over. What it covered may be claimed, save on targets where it failed.</summary>
    public void OnFlushed(ImmutableArray<CopyFailure> failures)
    {
        CopyMetrics.CheckpointFlush.Record((line.Now - _lastFlushBegan).TotalSeconds);
        var dropped = job.State.Dropped;
        var news = failures.RemoveAll(failure => dropped.Contains(failure.Target!.Value));
        var failed = failures.Aggregate(TargetMask.None, (mask, failure) => mask.With(failure.Target!.Value));
        _ledger.EndFlush(failed);
        if (!news.IsEmpty)
        {
            job.Raise(new CopyJobEvent.TargetsFailed(news));
        }
    }

    /// <summary>Begins to append a checkpoint, if there is something to claim or to say.</summary>
    /// <param name="isClosing">Whether everything is to be said now.</param>
    public void AppendIfDue(bool isClosing)
    {
        if (line.Pending is null && (_ledger.HasClaim || (isClosing && HasNews) || IsRenewalDue))
        {
            Append();
        }
    }

    /// <summary>An append of any kind is durable.</summary>
    public void OnAppended(JobEvent appended)
    {
        _lastAppended = line.AppendBegan;
        if (appended is JobEvent.Checkpoint)
        {
            CopyMetrics.Checkpoints.Add(1);
            CopyMetrics.CheckpointAppend.Record((line.Now - line.AppendBegan).TotalSeconds);
            _ledger.EndAppend();
            job.SetJournaled();
        }
    }

    private bool IsRenewalDue => !job.State.IsPaused && _pace.IsRenewalDue(line.Now, _lastAppended);

    private ImmutableArray<FlushedRanges> Claims() =>
        [.. _ledger.BeginAppend().Select(claim => new FlushedRanges(TargetMask.Of(claim.Target), claim.Ranges))];

    private void Append()
    {
        // A crash up to the answer copies these ranges again, which is harmless. They were flushed before this line.
        var state = job.State;
        var checkpoint = new JobEvent.Checkpoint(_epoch, ++_number, line.Time)
        {
            Flushed = Claims(),
            WriteErrors = state.WriteErrors,
            Dropped = state.Dropped,
            ReadError = state.ReadError,
            FailureCount = state.FailureCount,
            Failures = [.. state.Failures.Skip(_journaledFailures)],

            // Thousands of them, and why each was is in the failures, as far as those are kept.
            Zeroed = [.. _zeroed.Select(failure => failure with { Reason = string.Empty })],
            BytesPerSecond = job.BytesPerSecond,
        };
        _journaledFailures = state.Failures.Count;
        _journaledFailureCount = state.FailureCount;
        _journaledErrors = state.WriteErrors;
        _zeroed.Clear();
        job.BeginAppend();
        line.Append([checkpoint]);
    }
}
