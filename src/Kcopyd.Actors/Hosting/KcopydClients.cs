using System.Collections.Concurrent;
using Akka.Actor;
using Kcopyd.Actors.Copying;

namespace Kcopyd.Actors.Hosting;

/// <summary>The clients of an actor system, so that its coordinated shutdown disposes them before the system
/// stops.</summary>
internal sealed class KcopydClients : IExtension
{
    private readonly ConcurrentDictionary<KcopydClient, byte> _clients = new();

    private KcopydClients(ExtendedActorSystem system) =>
        CoordinatedShutdown.Get(system).AddTask(
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "kcopyd-clients", DisposeAllAsync);

    public static KcopydClients For(ActorSystem system) => system.WithExtension<KcopydClients, Provider>();

    public void Add(KcopydClient client)
    {
        _clients.TryAdd(client, 0);
        client.Closed.ContinueWith(
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
