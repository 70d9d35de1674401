namespace Akka.Persistence.Snapshot;

/// <summary>What stands for a snapshot store when none is configured: has nothing, and fails to save or
/// delete.</summary>
public sealed class NoSnapshotStore : SnapshotStore
{
    /// <inheritdoc/>
    protected override Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria) =>
        Task.FromResult<SelectedSnapshot?>(null);

    /// <inheritdoc/>
    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot) => Task.FromException(Missing());

    /// <inheritdoc/>
    protected override Task DeleteAsync(SnapshotMetadata metadata) => Task.FromException(Missing());

    /// <inheritdoc/>
    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria) =>
        Task.FromException(Missing());

    private static NotSupportedException Missing() => new(
        "No snapshot store is configured: akka.persistence.snapshot-store.plugin is empty.");
}
