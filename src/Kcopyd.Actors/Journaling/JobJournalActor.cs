using Akka.Persistence;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>The stream of one job in the journal: reads it once, then appends what its parent, the job actor, says.
/// </summary>
/// <remarks>
/// The parent makes another when an append failed, which reads what really happened. Every so many events a snapshot
/// takes their place, so that the stream stays short however long the job is.
/// </remarks>
internal sealed class JobJournalActor(CopyJobId job, int child, JournalOptions options) : JobStreamActor(job, options)
{
    private readonly int _snapshotEvery = options.SnapshotEvery;

    /// <inheritdoc/>
    protected override void OnRecovered() =>
        Tell(new JournalMessage.Recovered(child, Record.Description is null ? null : Record.ToSnapshot()));

    /// <inheritdoc/>
    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case JournalMessage.Append m:
                Append(m);
                break;
            case SaveSnapshotSuccess m:
                OnSnapshotSaved(m.Metadata.SequenceNr);
                break;

            // A snapshot that could not be saved or events that stay cost room, nothing else: the next one tries again.
            case SaveSnapshotFailure or DeleteMessagesFailure or DeleteSnapshotsFailure:
            case DeleteMessagesSuccess or DeleteSnapshotsSuccess:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Lose("written", cause);

    /// <inheritdoc/>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        Lose("written", cause);
        Context.Stop(Self);
    }

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object? message = null) => Lose("read", reason);

    private void Append(JournalMessage.Append message)
    {
        var left = message.Events.Length;
        PersistAll(message.Events, happened =>
        {
            Record.Apply(happened);
            if (--left == 0)
            {
                Tell(new JournalMessage.Appended(child));
                SnapshotIfDue();
            }
        });
    }

    private void SnapshotIfDue()
    {
        if (LastSequenceNr - SnapshotNumber >= _snapshotEvery)
        {
            SnapshotNumber = LastSequenceNr;
            SaveSnapshot(Record.ToSnapshot());
        }
    }

    /// <summary>What a durable snapshot holds need not be kept as events, and older snapshots not at all.</summary>
    private void OnSnapshotSaved(long sequenceNr)
    {
        DeleteMessages(sequenceNr);
        DeleteSnapshots(new SnapshotSelectionCriteria(sequenceNr - 1));
    }

    private void Lose(string what, Exception cause) =>
        Tell(new JournalMessage.Lost(child, $"the journal could not be {what}: {cause.Message}"));

    private static void Tell(JournalMessage message) => Context.Parent.Tell(message, Context.Self);
}
