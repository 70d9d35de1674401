using System.Collections.Concurrent;
using Akka.Actor;

namespace Kcopyd.Actors.Hosting;

/// <summary>The clients, origins and mirrors of an actor system, so that its coordinated shutdown disposes them before
/// the system stops.</summary>
/// <remarks>Clients first, because they work on the devices. Then origins, the newest first: one that lost the device
/// underneath before its copies ended would leave invalid snapshots. What is left are mirrors, all at once.</remarks>
internal sealed class KcopydClients : IExtension
{
    private readonly ConcurrentDictionary<IAsyncDisposable, (ShutdownTurn Turn, long Order)> _clients = new();
    private long _number;

    private KcopydClients(ExtendedActorSystem system) =>
        CoordinatedShutdown.Get(system).AddTask(
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "kcopyd-clients", DisposeAllAsync);

    public static KcopydClients For(ActorSystem system) => system.WithExtension<KcopydClients, Provider>();

    /// <summary>Disposes it at the end of the system, unless it is closed by then.</summary>
    public void Add(IAsyncDisposable client, ShutdownTurn turn, Task closed)
    {
        _clients.TryAdd(client, (turn, turn == ShutdownTurn.Origins ? -Interlocked.Increment(ref _number) : 0));
        closed.ContinueWith(
            (_, state) => ((KcopydClients)state!)._clients.TryRemove(client, out (ShutdownTurn, long) _),
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task<Akka.Done> DisposeAllAsync()
    {
        List<Task> turns = [];
        foreach (var group in _clients.GroupBy(static pair => pair.Value).OrderBy(static group => group.Key))
        {
            var turn = Task.WhenAll(group.Select(static pair => pair.Key.DisposeAsync().AsTask()));
            await turn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            turns.Add(turn);
        }

        await Task.WhenAll(turns).ConfigureAwait(false);
        return Akka.Done.Instance;
    }

    private sealed class Provider : ExtensionIdProvider<KcopydClients>
    {
        public override KcopydClients CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
