namespace Akka.Bundled.Tests.Sql;

/// <summary>An event without a serializer of its own.</summary>
public sealed record PlainEvent(string Name, long Count);
