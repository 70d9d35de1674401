namespace Akka.Persistence;

/// <summary>Whose snapshot, after which event, and when it was stored.</summary>
/// <param name="PersistenceId">Whose.</param>
/// <param name="SequenceNr">The last event that is in it.</param>
/// <param name="Timestamp">When it was stored, in UTC.</param>
public sealed record SnapshotMetadata(string PersistenceId, long SequenceNr, DateTime Timestamp)
{
    /// <summary>One whose time is not known.</summary>
    public SnapshotMetadata(string persistenceId, long sequenceNr)
        : this(persistenceId, sequenceNr, TimestampNotSpecified)
    {
    }

    /// <summary>What stands for a time that is not known.</summary>
    internal static DateTime TimestampNotSpecified { get; } = DateTime.MinValue;
}
