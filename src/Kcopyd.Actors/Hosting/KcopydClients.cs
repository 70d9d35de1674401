using System.Collections.Concurrent;
using Akka.Actor;

namespace Kcopyd.Actors.Hosting;

/// <summary>The clients and mirrors of an actor system, so that its coordinated shutdown disposes them before the
/// system stops.</summary>
internal sealed class KcopydClients : IExtension
{
    private readonly ConcurrentDictionary<IAsyncDisposable, byte> _clients = new();

    private KcopydClients(ExtendedActorSystem system) =>
        CoordinatedShutdown.Get(system).AddTask(
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "kcopyd-clients", DisposeAllAsync);

    public static KcopydClients For(ActorSystem system) => system.WithExtension<KcopydClients, Provider>();

    /// <summary>Disposes it at the end of the system, unless it is closed by then.</summary>
    public void Add(IAsyncDisposable client, Task closed)
    {
        _clients.TryAdd(client, 0);
        closed.ContinueWith(
            (_, state) => ((KcopydClients)state!)._clients.TryRemove(client, out byte _),
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task<Akka.Done> DisposeAllAsync()
    {
        await Task.WhenAll(_clients.Keys.Select(client => client.DisposeAsync().AsTask())).ConfigureAwait(false);
        return Akka.Done.Instance;
    }

    private sealed class Provider : ExtensionIdProvider<KcopydClients>
    {
        public override KcopydClients CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
