using System.Collections.Immutable;

namespace Akka.Persistence.Journal;

/// <summary>An event with tags by which a journal that knows tags lists it; others see the payload only.</summary>
public sealed record Tagged
{
    /// <summary>An event with tags.</summary>
    public Tagged(object payload, IEnumerable<string> tags)
    {
        Payload = payload;
        Tags = tags.ToImmutableHashSet();
    }

    /// <summary>The event.</summary>
    public object Payload { get; }

    /// <summary>The tags.</summary>
    public IImmutableSet<string> Tags { get; }

    /// <summary>Whether event and tags are equal.</summary>
    public bool Equals(Tagged? other) =>
        other is not null && Equals(Payload, other.Payload) && Tags.SetEquals(other.Tags);

    /// <inheritdoc/>
    public override int GetHashCode() => Payload.GetHashCode();
}
