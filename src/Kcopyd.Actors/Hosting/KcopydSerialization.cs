using Akka.Actor;
using Kcopyd.Actors.Copying;

namespace Kcopyd.Actors.Hosting;

/// <summary>Makes the remote protocol known to an actor system. Every node that sends or receives it needs
/// this.</summary>
public static class KcopydSerialization
{
    /// <summary>Registers the serializer of <see cref="SubmitMessage"/>. Making a client does it; calling it twice is
    /// harmless.</summary>
    public static void Register(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var serializer = new SubmitMessageSerializer((ExtendedActorSystem)system);
        system.Serialization.AddSerializer("kcopyd-submit", serializer);
        system.Serialization.AddSerializationMap(typeof(SubmitMessage), serializer);
    }
}
