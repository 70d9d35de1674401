using Akka.Actor;
using Akka.Persistence.Internal;

namespace Akka.Persistence.Snapshot;

/// <summary>A snapshot store: answers the protocol, and leaves reading and writing to the plug-in derived from
/// it.</summary>
/// <remarks>Each of the abstract methods is called in the actor and returns a task; calls overlap. They go through a
/// circuit breaker (<c>circuit-breaker</c> in the plug-in's section). What follows a call runs where the call's task
/// completed: at once, when it already is.</remarks>
public abstract class SnapshotStore : ActorBase
{
    private readonly PluginBreaker _breaker;

    /// <summary>A store with the settings of the section that its actor is named for.</summary>
    protected SnapshotStore()
    {
        Persistence.Instance.Apply(Context.System);
        var config = PluginSettings.Of(Context.System, Self.Path.Name, PluginSettings.SnapshotStoreFallback);
        _breaker = new PluginBreaker(Context.System.Scheduler, config);
    }

    /// <summary>Finds the snapshot with the highest sequence number that criteria select; null when there is
    /// none.</summary>
    protected abstract Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria);

    /// <summary>Stores a snapshot, in place of one of the same sequence number.</summary>
    /// <param name="metadata">Which; with a time.</param>
    /// <param name="snapshot">The state.</param>
    protected abstract Task SaveAsync(SnapshotMetadata metadata, object snapshot);

    /// <summary>Deletes one snapshot, if it is there.</summary>
    /// <param name="metadata">Which; without a time (<see cref="DateTime.MinValue"/>) the one of that sequence
    /// number.</param>
    protected abstract Task DeleteAsync(SnapshotMetadata metadata);

    /// <summary>Deletes the snapshots that criteria select.</summary>
    protected abstract Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria);

    /// <summary>Takes messages that are not of the protocol.</summary>
    /// <returns>Whether the message was taken.</returns>
    protected virtual bool ReceivePluginInternal(object message) => false;

    /// <inheritdoc/>
    protected sealed override bool Receive(object message) =>
        ReceiveSnapshotStore(message) || ReceivePluginInternal(message);

    private bool ReceiveSnapshotStore(object message)
    {
        switch (message)
        {
            case LoadSnapshot request:
                _ = AnswerAsync(() => LoadAsync(request), cause => new LoadSnapshotFailed(cause));
                return true;
            case SaveSnapshot request:
                _ = AnswerAsync(() => SaveAsync(request), cause => new SaveSnapshotFailure(request.Metadata, cause));
                return true;
            case DeleteSnapshot request:
                _ = AnswerAsync(
                    () => DeleteAsync(request), cause => new DeleteSnapshotFailure(request.Metadata, cause));
                return true;
            case DeleteSnapshots request:
                _ = AnswerAsync(
                    () => DeleteAsync(request), cause => new DeleteSnapshotsFailure(request.Criteria, cause));
                return true;
            default:
                return false;
        }
    }

    private async Task<ISnapshotResponse> LoadAsync(LoadSnapshot request)
    {
        var criteria = request.Criteria.Limit(request.ToSequenceNr);
        var found = criteria == SnapshotSelectionCriteria.None
            ? null
            : await LoadAsync(request.PersistenceId, criteria).ConfigureAwait(false);
        return new LoadSnapshotResult(found, request.ToSequenceNr);
    }

    private async Task<ISnapshotResponse> SaveAsync(SaveSnapshot request)
    {
        var metadata = request.Metadata.Timestamp == SnapshotMetadata.TimestampNotSpecified
            ? request.Metadata with { Timestamp = Context.System.Scheduler.Now.UtcDateTime }
            : request.Metadata;
        await SaveAsync(metadata, request.Snapshot).ConfigureAwait(false);
        return new SaveSnapshotSuccess(metadata);
    }

    private async Task<ISnapshotResponse> DeleteAsync(DeleteSnapshot request)
    {
        await DeleteAsync(request.Metadata).ConfigureAwait(false);
        return new DeleteSnapshotSuccess(request.Metadata);
    }

    private async Task<ISnapshotResponse> DeleteAsync(DeleteSnapshots request)
    {
        await DeleteAsync(request.PersistenceId, request.Criteria).ConfigureAwait(false);
        return new DeleteSnapshotsSuccess(request.Criteria);
    }

    private async Task AnswerAsync(Func<Task<ISnapshotResponse>> call, Func<Exception, ISnapshotResponse> failed)
    {
        var sender = Sender;
        var self = Self;
        ISnapshotResponse answer;
        try
        {
            answer = await _breaker.RunAsync(call).ConfigureAwait(false);
        }
        catch (Exception cause)
        {
            answer = failed(cause);
        }

        sender.Tell(answer, self);
    }
}
