using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.Tests.Crashes;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>A store that a killed process left in the cache of its device, where a power cut can still take it.
/// </summary>
public sealed class StoreInCacheTests : IDisposable
{
    private static readonly SnapshotCase Case = new("in a cache") { KeptSectors = 16 };

    private readonly CrashRig _rig = CrashRig.Create();
    private readonly byte[] _store = SnapshotImages.Cow(Case, Case.Stores[0]);
    private readonly CrashingDisk _origin;
    private readonly CrashingDisk _cow;

    public StoreInCacheTests()
    {
        _origin = _rig.AddDisk("origin", new ByteCount(Sectors.ToBytes(Case.OriginSectors)), pattern: 1);
        _cow = _rig.AddDisk("cow", new ByteCount(_store.Length));
    }

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Store_is_durable_before_its_snapshot_runs(bool isValid)
    {
        var header = CowHeader.For(new CowLayout(Case.Stores[0].ChunkSectors)) with { IsValid = isValid };
        header.Write(_store);

        Assert.Equal(!isValid, IsInvalid());
        Assert.Equal(_store, DiskImages.Read(_cow, isDurable: true));
    }

    private bool IsInvalid()
    {
        var loaded = LoadAsync();
        Assert.True(_rig.Run(loaded));
        return loaded.GetAwaiter().GetResult();
    }

    /// <summary>Whether the snapshot says that it is invalid.</summary>
    private async Task<bool> LoadAsync()
    {
        var device = _cow.Open();
        await device.WriteAsync(0, _store, WriteDurability.Cached, default).ConfigureAwait(false);
        var spec = new SnapshotStoreSpec("cow", SnapshotStoreKind.Persistent, Case.Stores[0].ChunkSectors);
        var table = SnapshotTable.OfSnapshot(0, Case.OriginSectors, "origin", spec);
        var origin = OriginDevice.Create(_rig.System, _origin.Open());
        var snapshot = await origin.AddSnapshotAsync(table, device).ConfigureAwait(false);
        return (await snapshot.GetStatusAsync().ConfigureAwait(false)).IsInvalid;
    }
}
