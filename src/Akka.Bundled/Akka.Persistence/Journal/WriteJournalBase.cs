using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence.Journal;

/// <summary>What journals have in common.</summary>
public abstract class WriteJournalBase : ActorBase
{
    /// <summary>The atomic writes of a request as they are to be stored: without senders, with the time.</summary>
    protected IEnumerable<AtomicWrite> PreparePersistentBatch(IEnumerable<IPersistentEnvelope> resequenceables)
    {
        var now = Context.System.Scheduler.Now.UtcTicks;
        return resequenceables.OfType<AtomicWrite>()
            .Select(write => new AtomicWrite(EventsOf(write).Select(Prepare).ToImmutableArray()))
            .ToImmutableArray();

        IPersistentRepresentation Prepare(IPersistentRepresentation item) => item
            .Update(item.SequenceNr, item.PersistenceId, item.IsDeleted, ActorRefs.NoSender, item.WriterGuid)
            .WithTimestamp(now);
    }

    internal static IImmutableList<IPersistentRepresentation> EventsOf(AtomicWrite write) =>
        (IImmutableList<IPersistentRepresentation>)write.Payload;
}
