using Akka.Actor;
using Akka.Configuration;

namespace Kcopyd.Benchmarks.InProcess;

/// <summary>An actor system that logs nothing: lines between the tables would be the only output of it.</summary>
internal static class QuietActorSystem
{
    /// <summary>Makes one.</summary>
    public static ActorSystem Create() => ActorSystem.Create(
        "benchmarks",
        ConfigurationFactory.ParseString(
            """
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              log-dead-letters = off
            }
            """));
}
