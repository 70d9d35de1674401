using System.Buffers.Binary;
using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Serialization;
using Akka.Util;

namespace Akka.Persistence.Sql;

/// <summary>Texts as UTF-8, whole numbers as little-endian bytes: as the published packages store them.</summary>
public sealed class PrimitiveSerializer : SerializerWithStringManifest
{
    /// <summary>A serializer.</summary>
    public PrimitiveSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    /// <inheritdoc />
    public override int Identifier => 17;

    /// <inheritdoc />
    public override string Manifest(object o) => o.GetType().TypeQualifiedName();

    /// <inheritdoc />
    public override byte[] ToBinary(object obj)
    {
        var bytes = new byte[obj is int ? sizeof(int) : sizeof(long)];
        switch (obj)
        {
            case string text:
                return Encoding.UTF8.GetBytes(text);
            case int number:
                BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
                return bytes;
            case long number:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
                return bytes;
            default:
                throw new SerializationException($"{obj?.GetType()} is neither a text nor a whole number.");
        }
    }

    /// <inheritdoc />
    public override object FromBinary(byte[] bytes, string manifest) => manifest.Split(',')[0] switch
    {
        "System.String" => Encoding.UTF8.GetString(bytes),
        "System.Int32" => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        "System.Int64" => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => throw new SerializationException($"'{manifest}' names neither a text nor a whole number."),
    };
}
