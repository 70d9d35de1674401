using Akka.Actor;
using Akka.Configuration;

namespace Akka.Persistence;

/// <summary>The identity of the persistence extension of an actor system.</summary>
public sealed class Persistence : ExtensionIdProvider<PersistenceExtension>
{
    private const string ReferenceName = "Akka.Persistence.reference.conf";

    private Persistence()
    {
    }

    /// <summary>The one instance: <c>Persistence.Instance.Apply(system)</c>.</summary>
    public static Persistence Instance { get; } = new();

    /// <summary>The defaults of all keys under <c>akka.persistence</c>.</summary>
    public static Config DefaultConfig()
    {
        using var stream = typeof(Persistence).Assembly.GetManifestResourceStream(ReferenceName)
            ?? throw new InvalidOperationException($"The assembly has no {ReferenceName}.");
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }

    /// <inheritdoc/>
    public override PersistenceExtension CreateExtension(ExtendedActorSystem system) => new(system);
}
