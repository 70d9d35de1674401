using Akka.Persistence;
using Akka.Persistence.Snapshot;

namespace Akka.Bundled.Tests.Persistence;

/// <summary>A snapshot store that fails with whatever exception it was last sent.</summary>
public sealed class ScriptedSnapshotStore : SnapshotStore
{
    private Exception _cause = new InvalidOperationException("store");

    protected override Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria) =>
        Task.FromException<SelectedSnapshot?>(_cause);

    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot) => throw _cause;

    protected override Task DeleteAsync(SnapshotMetadata metadata) => Task.FromException(_cause);

    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria) =>
        Task.FromException(_cause);

    protected override bool ReceivePluginInternal(object message)
    {
        if (message is not Exception cause)
        {
            return false;
        }

        _cause = cause;
        return true;
    }
}
