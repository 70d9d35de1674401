using Akka.Actor;

namespace Akka.Persistence;

/// <summary>An event as journals see it.</summary>
public sealed class Persistent : IPersistentRepresentation, IEquatable<IPersistentRepresentation>
{
    /// <summary>An event.</summary>
    /// <param name="payload">What the application persisted.</param>
    /// <param name="sequenceNr">Its number.</param>
    /// <param name="persistenceId">Whose event it is.</param>
    /// <param name="manifest">A type hint.</param>
    /// <param name="isDeleted">Whether it is marked as deleted.</param>
    /// <param name="sender">Who sent the command that led to it.</param>
    /// <param name="writerGuid">Which instance wrote it.</param>
    /// <param name="timestamp">When it was written, in ticks of UTC.</param>
    public Persistent(
        object payload,
        long sequenceNr = 0L,
        string? persistenceId = null,
        string? manifest = null,
        bool isDeleted = false,
        IActorRef? sender = null,
        string? writerGuid = null,
        long timestamp = 0L)
    {
        Payload = payload;
        SequenceNr = sequenceNr;
        PersistenceId = persistenceId ?? Undefined;
        Manifest = manifest ?? Undefined;
        IsDeleted = isDeleted;
        Sender = sender;
        WriterGuid = writerGuid ?? Undefined;
        Timestamp = timestamp;
    }

    /// <summary>What stands for a text that is not known: the empty one.</summary>
    public static string Undefined { get; } = "";

    /// <inheritdoc/>
    public object Payload { get; }

    /// <inheritdoc/>
    public string Manifest { get; }

    /// <inheritdoc/>
    public string PersistenceId { get; }

    /// <inheritdoc/>
    public long SequenceNr { get; }

    /// <inheritdoc/>
    public string WriterGuid { get; }

    /// <inheritdoc/>
    public bool IsDeleted { get; }

    /// <inheritdoc/>
    public IActorRef? Sender { get; }

    /// <inheritdoc/>
    public long Timestamp { get; }

    /// <inheritdoc/>
    public IPersistentRepresentation WithPayload(object payload) => new Persistent(
        payload, SequenceNr, PersistenceId, Manifest, IsDeleted, Sender, WriterGuid, Timestamp);

    /// <inheritdoc/>
    public IPersistentRepresentation WithManifest(string manifest) => new Persistent(
        Payload, SequenceNr, PersistenceId, manifest, IsDeleted, Sender, WriterGuid, Timestamp);

    /// <inheritdoc/>
    public IPersistentRepresentation WithTimestamp(long newTimestamp) => new Persistent(
        Payload, SequenceNr, PersistenceId, Manifest, IsDeleted, Sender, WriterGuid, newTimestamp);

    /// <inheritdoc/>
    public IPersistentRepresentation Update(
        long sequenceNr, string persistenceId, bool isDeleted, IActorRef? sender, string? writerGuid) => new Persistent(
        Payload, sequenceNr, persistenceId, Manifest, isDeleted, sender, writerGuid, Timestamp);

    /// <summary>Whether all but the sender and the time is equal.</summary>
    public bool Equals(IPersistentRepresentation? other) =>
        other is not null
        && SequenceNr == other.SequenceNr
        && IsDeleted == other.IsDeleted
        && PersistenceId == other.PersistenceId
        && Manifest == other.Manifest
        && WriterGuid == other.WriterGuid
        && Equals(Payload, other.Payload);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as IPersistentRepresentation);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(PersistenceId, SequenceNr, IsDeleted, WriterGuid, Payload);

    /// <summary>As <c>counter-1 #7: Added</c>.</summary>
    public override string ToString() => $"{PersistenceId} #{SequenceNr}: {Payload}";
}
