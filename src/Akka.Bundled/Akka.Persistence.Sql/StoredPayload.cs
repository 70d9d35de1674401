namespace Akka.Persistence.Sql;

/// <summary>An event or a snapshot as a row has it.</summary>
/// <param name="Bytes">What the serializer made.</param>
/// <param name="SerializerId">Which serializer; null in rows of old: then the manifest is a type name.</param>
/// <param name="Manifest">What the serializer wants back beside the bytes.</param>
internal sealed record StoredPayload(byte[] Bytes, int? SerializerId, string Manifest);
