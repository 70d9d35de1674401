using Akka.Configuration;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>The engine on a simulated actor system: no threads, virtual time, and an order that a seed
/// decides.</summary>
internal sealed class CopySimulation : IDisposable
{
    private readonly SimulatedActorSystem _simulation;

    public CopySimulation(int seed = 0, bool keepsTrace = false, Config? config = null) =>
        _simulation = SimulatedActorSystem.Create(seed, config, keepsTrace);

    public SimulationLoop Loop => _simulation.Loop;

    public Akka.Actor.ActorSystem System => _simulation.System;

    /// <summary>Runs a test in many orders.</summary>
    public static void InManyOrders(Action<CopySimulation> test, int orders = 25)
    {
        using var simulation = new CopySimulation();
        for (var seed = 0; seed < orders; seed++)
        {
            simulation.Reseed(seed);
            test(simulation);
        }
    }

    public void Dispose() => _simulation.Dispose();

    /// <summary>Ends the run and begins another, without clients.</summary>
    public void Reseed(int seed) => _simulation.Reseed(seed);

    public SimulatedClient Client(KcopydClientOptions? options = null) =>
        new(this, options ?? new KcopydClientOptions());

    /// <summary>A client whose budget is so many segments of 4 KiB.</summary>
    public SimulatedClient ClientOfPages(int pages) => Client(new KcopydClientOptions { PageBudget = (4 * pages).KiB });

    /// <summary>A device that answers in an order that the seed decides.</summary>
    public SimulatedBlockDevice On(IBlockDevice device) => new(device, Loop);

    /// <summary>A device whose gates are closed for data.</summary>
    public static GatedBlockDevice Gated(IBlockDevice device, params DeviceOperation[] closed) =>
        closed.Length == 0
            ? new GatedBlockDevice(device) { ContinuesInline = true }
            : new GatedBlockDevice(device, closed) { ContinuesInline = true };

    /// <summary>Runs until nothing can; time stands still.</summary>
    public void Settle() => Loop.RunUntilIdle();

    public void Release(GatedOperation operation)
    {
        Loop.Post(() => operation.Release());
        Settle();
    }

    public void Open(GatedBlockDevice device)
    {
        Loop.Post(device.OpenGate);
        Settle();
    }
}
