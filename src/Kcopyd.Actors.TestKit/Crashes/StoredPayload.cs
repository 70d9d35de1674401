using Akka.Actor;
using Akka.Persistence.Journal;
using Akka.Serialization;

namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>An event or a snapshot as a database holds it.</summary>
/// <param name="SequenceNr">Its number in the stream.</param>
/// <param name="SerializerId">Who reads it.</param>
/// <param name="Manifest">What it is.</param>
/// <param name="Bytes">What it says.</param>
internal sealed record StoredPayload(long SequenceNr, int SerializerId, string Manifest, byte[] Bytes)
{
    /// <summary>Who wrote an event: an actor names itself anew whenever it starts.</summary>
    public string WriterGuid { get; init; } = string.Empty;

    /// <summary>When, in ticks.</summary>
    public long Timestamp { get; init; }

    public static StoredPayload Of(ActorSystem system, long sequenceNr, object payload)
    {
        var plain = payload is Tagged tagged ? tagged.Payload : payload;
        var serializer = system.Serialization.FindSerializerFor(plain);
        var manifest = serializer switch
        {
            SerializerWithStringManifest named => named.Manifest(plain),
            _ when serializer.IncludeManifest => plain.GetType().AssemblyQualifiedName ?? string.Empty,
            _ => string.Empty,
        };
        return new StoredPayload(sequenceNr, serializer.Identifier, manifest, serializer.ToBinary(plain));
    }

    public object Read(ActorSystem system) => system.Serialization.Deserialize(Bytes, SerializerId, Manifest);
}
