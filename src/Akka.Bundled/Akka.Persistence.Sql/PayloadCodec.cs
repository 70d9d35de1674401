using Akka.Actor;
using Akka.Serialization;
using Akka.Util;

namespace Akka.Persistence.Sql;

/// <summary>Turns events and snapshots into bytes and back, through the serializers of the system. Any thread may
/// call.</summary>
internal sealed class PayloadCodec(ExtendedActorSystem system, string? defaultSerializer)
{
    /// <summary>Serializes. What the serializer throws is the caller's.</summary>
    public StoredPayload Encode(object payload)
    {
        var type = payload?.GetType() ?? typeof(object);
        var serializer = payload is null
            ? system.Serialization.FindSerializerFor(payload)
            : system.Serialization.FindSerializerForType(type, defaultSerializer);
        var manifest = serializer switch
        {
            SerializerWithStringManifest named => named.Manifest(payload),
            { IncludeManifest: true } => type.TypeQualifiedName(),
            _ => "",
        };
        var bytes = Akka.Serialization.Serialization.WithTransport(system, () => serializer.ToBinary(payload));
        return new StoredPayload(bytes, serializer.Identifier, manifest);
    }

    /// <summary>Deserializes. What the serializer throws is the caller's.</summary>
    public object Decode(StoredPayload stored) => stored.SerializerId is { } id
        ? system.Serialization.Deserialize(stored.Bytes, id, stored.Manifest)
        : DecodeByType(stored);

    private object DecodeByType(StoredPayload stored)
    {
        var type = Type.GetType(stored.Manifest, throwOnError: true)!;
        return system.Serialization.FindSerializerForType(type, defaultSerializer).FromBinary(stored.Bytes, type);
    }
}
