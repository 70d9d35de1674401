using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;

namespace Kcopyd.Actors.Journaling;

/// <summary>What the journal keeps of a job as Protobuf (journal.proto) with a checksum behind it. Manifests are short
/// and never change their meaning: what a release wrote, every later one reads.</summary>
/// <param name="system">The system.</param>
internal sealed class JobEventSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>The serializer's number among all of a cluster's; 0 to 40 are Akka's own.</summary>
    public const int SerializerId = 7_108;

    private const string CreatedManifest = "jc";
    private const string RunStartedManifest = "jr";
    private const string CheckpointManifest = "jk";
    private const string RunEndedManifest = "je";
    private const string WithdrawnManifest = "jw";
    private const string SnapshotManifest = "js";

    /// <inheritdoc/>
    public override int Identifier => SerializerId;

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        JobEvent.Created => CreatedManifest,
        JobEvent.RunStarted => RunStartedManifest,
        JobEvent.Checkpoint => CheckpointManifest,
        JobEvent.RunEnded => RunEndedManifest,
        JobEvent.Withdrawn => WithdrawnManifest,
        JobSnapshot => SnapshotManifest,
        _ => throw Unknown(o),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        IMessage message = obj switch
        {
            JobEvent.Created e => JobEventMapping.ToWire(e),
            JobEvent.RunStarted e => JobEventMapping.ToWire(e),
            JobEvent.Checkpoint e => JobEventMapping.ToWire(e),
            JobEvent.RunEnded e => JobEventMapping.ToWire(e),
            JobEvent.Withdrawn e => JobEventMapping.ToWire(e),
            JobSnapshot s => JobEventMapping.ToWire(s),
            _ => throw Unknown(obj),
        };
        var entry = new byte[message.CalculateSize() + EntryChecksum.Length];
        message.WriteTo(entry.AsSpan(..^EntryChecksum.Length));
        EntryChecksum.Seal(entry);
        return entry;
    }

    /// <inheritdoc/>
    /// <exception cref="JournalException">A newer version wrote it, or it is damaged.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!IsKnown(manifest))
        {
            throw OfNewerVersion($"'{manifest}' is no entry that this version knows.", null);
        }

        if (!EntryChecksum.IsWhole(bytes))
        {
            throw Damaged(manifest, null);
        }

        try
        {
            return Read(bytes[..^EntryChecksum.Length], manifest);
        }
        catch (InvalidDataException e)
        {
            throw OfNewerVersion(e.Message, e);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or ArgumentException or OverflowException)
        {
            throw Damaged(manifest, e);
        }
    }

    private static object Read(byte[] bytes, string manifest) => manifest switch
    {
        CreatedManifest => JobEventMapping.FromWire(Protocol.JobCreated.Parser.ParseFrom(bytes)),
        RunStartedManifest => JobEventMapping.FromWire(Protocol.JobRunStarted.Parser.ParseFrom(bytes)),
        CheckpointManifest => JobEventMapping.FromWire(Protocol.JobCheckpoint.Parser.ParseFrom(bytes)),
        RunEndedManifest => JobEventMapping.FromWire(Protocol.JobRunEnded.Parser.ParseFrom(bytes)),
        WithdrawnManifest => JobEventMapping.FromWire(Protocol.JobWithdrawn.Parser.ParseFrom(bytes)),
        SnapshotManifest => JobEventMapping.FromWire(Protocol.JobSnapshot.Parser.ParseFrom(bytes)),
        _ => throw new ArgumentException($"'{manifest}' is no entry.", nameof(manifest)),
    };

    private static bool IsKnown(string manifest) => manifest
        is CreatedManifest or RunStartedManifest or CheckpointManifest or RunEndedManifest or WithdrawnManifest
        or SnapshotManifest;

    private static JournalException Damaged(string manifest, Exception? cause) =>
        new($"An entry '{manifest}' in the journal of the job is damaged.", cause);

    private static JournalException OfNewerVersion(string what, Exception? cause) =>
        new($"The job was written by a newer version of Kcopyd: {what}", cause);

    private static ArgumentException Unknown(object kept) =>
        new($"{kept.GetType()} is nothing that the journal of a job keeps.", nameof(kept));
}
