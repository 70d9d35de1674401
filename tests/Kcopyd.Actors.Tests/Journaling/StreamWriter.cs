using Akka;
using Akka.Actor;
using Akka.Persistence;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>Writes anything into the stream of a job: what it is told becomes an event, a snapshot a snapshot of what
/// is there, which it takes the place of.</summary>
internal sealed class StreamWriter : UntypedPersistentActor
{
    private IActorRef _asker = ActorRefs.Nobody;

    public StreamWriter(CopyJobId job, JournalOptions options)
    {
        PersistenceId = JobPersistenceId.Of(job);
        JournalPluginId = options.JournalPluginId;
        SnapshotPluginId = options.SnapshotPluginId;
    }

    public override string PersistenceId { get; }

    protected override void OnRecover(object message)
    {
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case JobSnapshot snapshot:
                _asker = Sender;
                SaveSnapshot(snapshot);
                break;
            case SaveSnapshotSuccess saved:
                DeleteMessages(saved.Metadata.SequenceNr);
                break;
            case DeleteMessagesSuccess:
                _asker.Tell(Done.Instance);
                break;
            default:
                Persist(message, _ => Sender.Tell(Done.Instance));
                break;
        }
    }
}
