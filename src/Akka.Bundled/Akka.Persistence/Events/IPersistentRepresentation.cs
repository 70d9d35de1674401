using Akka.Actor;

namespace Akka.Persistence;

/// <summary>An event as journals see it: what the application persisted, and whose and which it is.</summary>
public interface IPersistentRepresentation
{
    /// <summary>What the application persisted.</summary>
    object Payload { get; }

    /// <summary>The type hint that the serializer or an adapter gave; empty for none.</summary>
    string Manifest { get; }

    /// <summary>Whose event it is.</summary>
    string PersistenceId { get; }

    /// <summary>Its number, from 1 on, one more for each event of a persistence id.</summary>
    long SequenceNr { get; }

    /// <summary>What tells the instance of the actor that wrote it from others of the same persistence id.</summary>
    string WriterGuid { get; }

    /// <summary>Whether it is marked as deleted.</summary>
    bool IsDeleted { get; }

    /// <summary>Who sent the command that led to it; not kept in a journal.</summary>
    IActorRef? Sender { get; }

    /// <summary>When the journal wrote it, in ticks of UTC; 0 when unknown.</summary>
    long Timestamp { get; }

    /// <summary>The same with another payload.</summary>
    IPersistentRepresentation WithPayload(object payload);

    /// <summary>The same with another manifest.</summary>
    IPersistentRepresentation WithManifest(string manifest);

    /// <summary>The same with another time.</summary>
    IPersistentRepresentation WithTimestamp(long newTimestamp);

    /// <summary>The same payload and manifest with everything else replaced.</summary>
    IPersistentRepresentation Update(
        long sequenceNr, string persistenceId, bool isDeleted, IActorRef? sender, string? writerGuid);
}
