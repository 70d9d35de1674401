using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;

namespace Kcopyd.Actors.Hosting;

/// <summary>Makes the remote protocol and what journals keep known to an actor system. Every node that sends or
/// receives the one, or reads or writes the other, needs this.</summary>
public static class KcopydSerialization
{
    /// <summary>Registers the serializers of <see cref="SubmitMessage"/> and of the events of journaled jobs. Making a
    /// client does it; calling it twice is harmless.</summary>
    public static void Register(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var submit = new SubmitMessageSerializer((ExtendedActorSystem)system);
        system.Serialization.AddSerializer("kcopyd-submit", submit);
        system.Serialization.AddSerializationMap(typeof(SubmitMessage), submit);
        var job = new JobEventSerializer((ExtendedActorSystem)system);
        system.Serialization.AddSerializer("kcopyd-job", job);
        system.Serialization.AddSerializationMap(typeof(JobEvent), job);
        system.Serialization.AddSerializationMap(typeof(JobSnapshot), job);
    }
}
