using Akka.Actor;
using Akka.Configuration;

namespace Kcopyd.Cli.Execution;

/// <summary>Starts the actor system, which takes longer than anything else before the first byte is copied.</summary>
internal static class EngineStart
{
    /// <summary>
    /// A program that lives for one job logs nothing of its own, needs no serializer
    /// (<see cref="AbsentSerializer"/>), and ends when its job does, not when the runtime tells its actors to.
    /// </summary>
    private const string Settings = """
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          log-serializer-override-on-start = off
          coordinated-shutdown {
            run-by-clr-shutdown-hook = off
            exit-clr = off
          }
          actor.serializers.json = "Kcopyd.Cli.Execution.AbsentSerializer, kcopyd"
        }
        """;

    /// <summary>Begins to build the actor system on another thread, while this one reads the command line.</summary>
    internal static Task<ActorSystem> Begin() =>
        Task.Run(static () => ActorSystem.Create("kcopyd", ConfigurationFactory.ParseString(Settings)));
}
