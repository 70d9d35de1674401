namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>What a journal and its snapshot store hold of one persistence id.</summary>
/// <param name="PersistenceId">The name of the stream.</param>
/// <param name="Rows">Events that are there now.</param>
/// <param name="Bytes">Bytes of their payloads.</param>
/// <param name="Appended">Events that were ever stored.</param>
/// <param name="HighestSequenceNr">The number of the last event stored, deleted or not; 0 for none.</param>
/// <param name="Snapshots">Snapshots that are there now.</param>
/// <param name="SnapshotBytes">Bytes of their payloads.</param>
public sealed record JournalStream(
    string PersistenceId,
    int Rows,
    long Bytes,
    long Appended,
    long HighestSequenceNr,
    int Snapshots,
    long SnapshotBytes);
