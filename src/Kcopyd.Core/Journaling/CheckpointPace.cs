namespace Kcopyd.Core.Journaling;

/// <summary>When a checkpoint is due, and when writing has to wait for one. Pure; times are on one monotonic
/// clock.</summary>
/// <param name="Interval">How often what was written is flushed and journaled.</param>
/// <param name="UnflushedLimit">The most bytes of a target that are written and not flushed.</param>
public sealed record CheckpointPace(TimeSpan Interval, ByteCount UnflushedLimit)
{
    /// <summary>The shortest lease of a runner: a journal on a busy disk takes its time.</summary>
    public static readonly TimeSpan LeastLease = TimeSpan.FromSeconds(5);

    /// <summary>How long a runner may write after an append that succeeded: then another may have taken its place.
    /// 5 s, or three intervals where that is longer.</summary>
    public TimeSpan Lease => Interval * 3 > LeastLease ? Interval * 3 : LeastLease;

    /// <summary>Whether to begin a flush: by time, or because half of what may be unflushed is, so that writing goes
    /// on into the other half.</summary>
    public bool IsFlushDue(CheckpointLedger ledger, TimeSpan now, TimeSpan lastFlushBegan)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return ledger is { IsFlushing: false, HasWritten: true }
            && (now - lastFlushBegan >= Interval || ledger.MostUnflushedBytes >= UnflushedLimit.Value / 2);
    }

    /// <summary>Whether no segment may be begun until a flush is over.</summary>
    /// <param name="ledger">What is written and flushed.</param>
    /// <param name="inFlightBytes">The most that segments in flight may still write to one target; no more than half
    /// of the limit, so that something may be begun while the other half is flushed.</param>
    public bool IsFull(CheckpointLedger ledger, long inFlightBytes)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var bytes = ledger.MostUnflushedBytes + inFlightBytes;
        return bytes > UnflushedLimit.Value;
    }

    /// <summary>Whether the runner has to show that it is alive, although it has nothing to claim.</summary>
    public bool IsRenewalDue(TimeSpan now, TimeSpan lastAppended) => now - lastAppended >= Lease / 2;

    /// <summary>Whether the runner may no longer write, for want of an append.</summary>
    public bool IsLeaseOver(TimeSpan now, TimeSpan lastAppended) => now - lastAppended >= Lease;
}
