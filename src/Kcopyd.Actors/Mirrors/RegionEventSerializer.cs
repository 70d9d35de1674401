using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using Kcopyd.Actors.Journaling;

namespace Kcopyd.Actors.Mirrors;

/// <summary>What the journal keeps of a mirror's log as Protobuf (regions.proto) with a checksum behind it. Manifests
/// are short and never change their meaning: what a release wrote, every later one reads.</summary>
/// <param name="system">The system.</param>
internal sealed class RegionEventSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>The serializer's number among all of a cluster's; 0 to 40 are Akka's own.</summary>
    public const int SerializerId = 7_109;

    private const string WholeManifest = "mw";
    private const string ChangeManifest = "mc";

    /// <inheritdoc/>
    public override int Identifier => SerializerId;

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        RegionEvent.Whole => WholeManifest,
        RegionEvent.Change => ChangeManifest,
        _ => throw Unknown(o),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        IMessage message = obj switch
        {
            RegionEvent.Whole e => RegionEventMapping.ToWire(e),
            RegionEvent.Change e => RegionEventMapping.ToWire(e),
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
        if (manifest is not (WholeManifest or ChangeManifest))
        {
            throw new JournalException(
                $"it was written by a newer version of Kcopyd: '{manifest}' is no entry that this version knows");
        }

        if (!EntryChecksum.IsWhole(bytes))
        {
            throw Damaged(manifest, null);
        }

        try
        {
            var message = bytes.AsSpan(..^EntryChecksum.Length);
            return manifest == WholeManifest
                ? RegionEventMapping.FromWire(Protocol.RegionLogWhole.Parser.ParseFrom(message))
                : RegionEventMapping.FromWire(Protocol.RegionLogChange.Parser.ParseFrom(message));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or ArgumentException or OverflowException)
        {
            throw Damaged(manifest, e);
        }
    }

    private static JournalException Damaged(string manifest, Exception? cause) =>
        new($"an entry '{manifest}' of it is damaged", cause);

    private static ArgumentException Unknown(object kept) =>
        new($"{kept.GetType()} is nothing that the journal of a mirror's log keeps.", nameof(kept));
}
