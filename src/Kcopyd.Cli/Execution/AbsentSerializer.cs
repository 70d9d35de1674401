using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace Kcopyd.Cli.Execution;

/// <summary>Takes the place of the actor system's JSON serializer, so that no JSON library is loaded: nothing is
/// serialized here.</summary>
[SuppressMessage(
    "Performance", "CA1812", Justification = "The actor system makes it by its name, which the settings have.")]
internal sealed class AbsentSerializer : Serializer
{
    /// <summary>The signature that the actor system looks for: the serializer that this one replaces has
    /// settings.</summary>
    public AbsentSerializer(ExtendedActorSystem system, Config settings)
        : base(system)
    {
        _ = settings;
    }

    /// <summary>A number of no other serializer.</summary>
    public override int Identifier => 1_000_451;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj) =>
        throw new NotSupportedException($"No message leaves this process, and {obj?.GetType()} was about to.");

    public override object FromBinary(byte[] bytes, Type type) =>
        throw new NotSupportedException("No message comes into this process.");
}
