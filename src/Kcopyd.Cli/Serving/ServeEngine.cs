using Akka.Actor;
using Kcopyd.Cli.Execution;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Serving;

/// <summary>What served devices need to run.</summary>
/// <param name="System">The actor system.</param>
/// <param name="Journal">Where mirrors may have their logs; null: nowhere.</param>
/// <param name="StateDirectory">Where what has to be known after a restart is kept.</param>
internal sealed record ServeEngine(Task<ActorSystem> System, JournalSession? Journal, string StateDirectory)
{
    /// <summary>Tells the operator something. Any thread.</summary>
    internal required Action<string> Say { get; init; }

    /// <summary>Hears of a device that is about to be closed.</summary>
    internal required Action<IBlockDevice> Leaving { get; init; }
}
