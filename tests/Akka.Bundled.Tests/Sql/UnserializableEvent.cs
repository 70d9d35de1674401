namespace Akka.Bundled.Tests.Sql;

/// <summary>An event that no serializer takes.</summary>
public sealed class UnserializableEvent
{
    public string Name => throw new NotSupportedException("This event has no name.");
}
