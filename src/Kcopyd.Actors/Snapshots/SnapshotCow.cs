using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>A COW device in use. Handed from a snapshot to its successor.</summary>
/// <param name="Device">It.</param>
/// <param name="Access">The store on it; null for a transient one.</param>
/// <param name="Claim">Its storage, which no other snapshot of the origin takes meanwhile.</param>
/// <param name="IsOwned">Whether it is closed with the snapshot.</param>
internal sealed record SnapshotCow(
    IBlockDevice Device, CowStoreAccess? Access, StorageClaim Claim, bool IsOwned)
{
    /// <summary>Lets go of it.</summary>
    public async ValueTask CloseAsync()
    {
        Access?.Dispose();
        if (IsOwned)
        {
            await Device.DisposeAsync().ConfigureAwait(false);
        }
    }
}
