using Akka.Persistence;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>Deletes everything that the journal has of one job, readable or not, and stops.</summary>
/// <remarks>Snapshots go before events: a crash in between leaves events that say nothing without what came before
/// them, and not a job with claims that were withdrawn since.</remarks>
/// <param name="job">The job.</param>
/// <param name="options">Where its journal is.</param>
/// <param name="done">Told when nothing is left.</param>
internal sealed class JobEraserActor(CopyJobId job, JournalOptions options, TaskCompletionSource done)
    : JobStreamActor(job, options)
{
    /// <inheritdoc/>
    public override Recovery Recovery => Recovery.None;

    /// <inheritdoc/>
    protected override void OnRecovered() => DeleteSnapshots(SnapshotSelectionCriteria.Latest);

    /// <inheritdoc/>
    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case DeleteSnapshotsSuccess:
                DeleteMessages(LastSequenceNr);
                break;
            case DeleteMessagesSuccess:
                done.TrySetResult();
                Context.Stop(Self);
                break;
            case DeleteMessagesFailure m:
                Fail(m.Cause);
                Context.Stop(Self);
                break;
            case DeleteSnapshotsFailure m:
                Fail(m.Cause);
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object? message = null) => Fail(reason);

    private void Fail(Exception cause) =>
        done.TrySetException(new JournalException($"The job could not be forgotten: {cause.Message}", cause));
}
