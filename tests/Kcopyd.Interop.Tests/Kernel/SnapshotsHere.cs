using Akka.Actor;
using Akka.Configuration;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>Where our snapshots run: an actor system of a test's own.</summary>
internal sealed class SnapshotsHere : IAsyncDisposable
{
    private readonly ActorSystem _system =
        ActorSystem.Create("interop", ConfigurationFactory.ParseString("akka.loglevel = WARNING"));

    /// <summary>A part of a device, which stays the caller's.</summary>
    public static LinearBlockDevice Part(IBlockDevice device, long start, long sectors) => LinearBlockDevice.Create(
        $"part:{start}", [new IoRegion(device, SectorRange.Create(start, sectors))], ownsDevices: false);

    /// <summary>Runs a snapshot or a merge. The devices stay the caller's.</summary>
    /// <param name="table">Its table, with any names for the devices.</param>
    /// <param name="origin">Its origin.</param>
    /// <param name="cow">What holds its store.</param>
    public Task<SnapshotSession> OpenAsync(string table, IBlockDevice origin, IBlockDevice cow) =>
        SnapshotSession.OpenAsync(_system, table, origin, cow);

    public async ValueTask DisposeAsync()
    {
        await _system.Terminate();
        _system.Dispose();
    }
}
