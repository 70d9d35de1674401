namespace Akka.Persistence;

/// <summary>How much a persistent actor recovers.</summary>
/// <param name="fromSnapshot">Which snapshot it may begin with.</param>
/// <param name="toSequenceNr">The last event to replay.</param>
/// <param name="replayMax">The most events to replay.</param>
/// <remarks>What is left out is not deleted: the actor's next event still gets the number after the highest ever
/// written.</remarks>
public sealed class Recovery(
    SnapshotSelectionCriteria fromSnapshot, long toSequenceNr = long.MaxValue, long replayMax = long.MaxValue)
{
    /// <summary>Everything, beginning with the latest snapshot.</summary>
    public Recovery()
        : this(SnapshotSelectionCriteria.Latest)
    {
    }

    /// <summary>Everything, beginning with the latest snapshot.</summary>
    public static Recovery Default { get; } = new();

    /// <summary>Nothing but the highest sequence number.</summary>
    public static Recovery None { get; } = new(SnapshotSelectionCriteria.None, 0L);

    /// <summary>Which snapshot it may begin with.</summary>
    public SnapshotSelectionCriteria FromSnapshot { get; } = fromSnapshot;

    /// <summary>The last event to replay.</summary>
    public long ToSequenceNr { get; } = toSequenceNr;

    /// <summary>The most events to replay.</summary>
    public long ReplayMax { get; } = replayMax;
}
