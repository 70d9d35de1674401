namespace Akka.Persistence.Snapshot;

/// <summary>A snapshot store that keeps snapshots as long as its actor system lives. For tests.</summary>
/// <remarks>Completes every call at once. A crash of it loses everything.</remarks>
public class MemorySnapshotStore : SnapshotStore
{
    private readonly List<SelectedSnapshot> _snapshots = [];

    /// <inheritdoc/>
    protected override Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria) =>
        Task.FromResult(_snapshots
            .Where(item => item.Metadata.PersistenceId == persistenceId && criteria.IsMatch(item.Metadata))
            .MaxBy(item => item.Metadata.SequenceNr));

    /// <inheritdoc/>
    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot)
    {
        _snapshots.RemoveAll(item => IsOf(item, metadata));
        _snapshots.Add(new SelectedSnapshot(metadata, snapshot));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override Task DeleteAsync(SnapshotMetadata metadata)
    {
        var anyTime = metadata.Timestamp == SnapshotMetadata.TimestampNotSpecified;
        _snapshots.RemoveAll(item => IsOf(item, metadata)
            && (anyTime || item.Metadata.Timestamp == metadata.Timestamp));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria)
    {
        _snapshots.RemoveAll(item =>
            item.Metadata.PersistenceId == persistenceId && criteria.IsMatch(item.Metadata));
        return Task.CompletedTask;
    }

    private static bool IsOf(SelectedSnapshot item, SnapshotMetadata metadata) =>
        item.Metadata.PersistenceId == metadata.PersistenceId && item.Metadata.SequenceNr == metadata.SequenceNr;
}
