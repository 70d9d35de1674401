using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence;

/// <summary>Events of one persistence id with consecutive numbers that a journal writes all or none of.</summary>
public sealed record AtomicWrite : IPersistentEnvelope
{
    private readonly IImmutableList<IPersistentRepresentation> _events;

    /// <summary>A write of one event.</summary>
    public AtomicWrite(IPersistentRepresentation @event)
        : this(ImmutableArray.Create(@event))
    {
    }

    /// <summary>A write of several events.</summary>
    /// <exception cref="ArgumentException">There are none, or they are of several persistence ids.</exception>
    public AtomicWrite(IImmutableList<IPersistentRepresentation> payload)
    {
        if (payload.Count == 0)
        {
            throw new ArgumentException("An atomic write needs an event.", nameof(payload));
        }

        PersistenceId = payload[0].PersistenceId;
        if (payload.Any(other => other.PersistenceId != PersistenceId))
        {
            throw new ArgumentException("The events of an atomic write are of one persistence id.", nameof(payload));
        }

        _events = payload;
    }

    /// <summary>The events, an <see cref="IImmutableList{T}"/> of <see cref="IPersistentRepresentation"/>.</summary>
    public object Payload => _events;

    /// <summary>Nobody: each event has its own.</summary>
    public IActorRef Sender => ActorRefs.NoSender;

    /// <inheritdoc/>
    public int Size => _events.Count;

    /// <summary>Whose events they are.</summary>
    public string PersistenceId { get; }

    /// <summary>The number of the first event.</summary>
    public long LowestSequenceNr => _events[0].SequenceNr;

    /// <summary>The number of the last event.</summary>
    public long HighestSequenceNr => _events[^1].SequenceNr;

    /// <summary>Whether the events are equal.</summary>
    public bool Equals(AtomicWrite? other) => other is not null && _events.SequenceEqual(other._events);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(PersistenceId, LowestSequenceNr, HighestSequenceNr);
}
