using Akka.Persistence;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>What opens the stream of one job in the journal: reads what there is, and then does what it is
/// for.</summary>
/// <remarks>Stops when it cannot read or append, as every persistent actor does. A crash of it loses nothing: what was
/// durable is read again.</remarks>
internal abstract class JobStreamActor : UntypedPersistentActor
{
    protected JobStreamActor(CopyJobId job, JournalOptions options)
    {
        PersistenceId = JobPersistenceId.Of(job);
        JournalPluginId = options.JournalPluginId;
        SnapshotPluginId = options.SnapshotPluginId;
    }

    /// <inheritdoc/>
    public sealed override string PersistenceId { get; }

    /// <summary>What the journal knows of the job.</summary>
    protected JobRecord Record { get; private set; } = new();

    /// <summary>The sequence number of the last snapshot that was read or asked for; 0 for none.</summary>
    protected long SnapshotNumber { get; set; }

    /// <summary>Everything was read.</summary>
    protected abstract void OnRecovered();

    /// <inheritdoc/>
    protected sealed override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: JobSnapshot snapshot } offer:
                Record = JobRecord.From(snapshot);
                SnapshotNumber = offer.Metadata.SequenceNr;
                break;
            case JobEvent happened:
                Record.Apply(happened);
                break;
            case RecoveryCompleted:
                OnRecovered();
                break;
            default:
                throw new InvalidDataException($"{message.GetType()} is nothing that a job's journal holds.");
        }
    }
}
