using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.Mirrors;

namespace Kcopyd.Actors.Hosting;

/// <summary>Makes the remote protocol and what journals keep known to an actor system. Every node that sends or
/// receives the one, or reads or writes the other, needs this.</summary>
public static class KcopydSerialization
{
    /// <summary>The settings that name the serializers. A system that is made with them is registered already, and
    /// starts a little faster.</summary>
    public static string Settings { get; } = $$"""
        akka.actor {
          serializers {
            kcopyd-submit = "{{NameOf(typeof(SubmitMessageSerializer))}}"
            kcopyd-job = "{{NameOf(typeof(JobEventSerializer))}}"
            kcopyd-mirror = "{{NameOf(typeof(RegionEventSerializer))}}"
          }
          serialization-bindings {
            "{{NameOf(typeof(SubmitMessage))}}" = kcopyd-submit
            "{{NameOf(typeof(JobEvent))}}" = kcopyd-job
            "{{NameOf(typeof(JobSnapshot))}}" = kcopyd-job
            "{{NameOf(typeof(RegionEvent))}}" = kcopyd-mirror
          }
        }
        """;

    /// <summary>Registers the serializers of <see cref="SubmitMessage"/> and of the events of journaled jobs and
    /// mirrors. Making a client does it; calling it twice is harmless.</summary>
    /// <remarks>
    /// Decided: by configuration. Because: an extension that is loaded later may bring settings of its own, and then
    /// the system makes its serialization anew, from settings alone. Instead of: adding serializer objects, which stays
    /// for systems that do not do so at once.
    /// </remarks>
    public static void Register(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        if (IsRegistered(system.Serialization))
        {
            return;
        }

        // It reads and then sets: two at once, and the fallback of one is lost.
        lock (system.Settings)
        {
            system.Settings.InjectTopLevelFallback(ConfigurationFactory.ParseString(Settings));
        }

        if (IsRegistered(system.Serialization))
        {
            return;
        }

        var submit = new SubmitMessageSerializer((ExtendedActorSystem)system);
        system.Serialization.AddSerializer("kcopyd-submit", submit);
        system.Serialization.AddSerializationMap(typeof(SubmitMessage), submit);
        var job = new JobEventSerializer((ExtendedActorSystem)system);
        system.Serialization.AddSerializer("kcopyd-job", job);
        system.Serialization.AddSerializationMap(typeof(JobEvent), job);
        system.Serialization.AddSerializationMap(typeof(JobSnapshot), job);
        var mirror = new RegionEventSerializer((ExtendedActorSystem)system);
        system.Serialization.AddSerializer("kcopyd-mirror", mirror);
        system.Serialization.AddSerializationMap(typeof(RegionEvent), mirror);
    }

    // A type that is asked for and not found is remembered as somebody else's: the base types are nobody's message.
    private static bool IsRegistered(Serialization serialization) =>
        serialization.FindSerializerForType(typeof(JobEvent)) is JobEventSerializer
        && serialization.FindSerializerForType(typeof(RegionEvent)) is RegionEventSerializer
        && serialization.FindSerializerForType(typeof(SubmitMessage)) is SubmitMessageSerializer;

    private static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}
