using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>Makes new stores on COW devices.</summary>
/// <remarks>Decided: what a store keeps of itself is zeroed by writing zeros. Because: the device has room for it from
/// then on, and an exception that has its data is never lost for want of room for its entry. Instead of: a device's
/// command, which makes holes of a file.</remarks>
internal static class CowStoreFormat
{
    /// <summary>1 MiB. Where something else than a store would show itself: labels, partition tables and the heads of
    /// file systems stand there.</summary>
    public const long LookedAtBytes = 1 << 20;

    /// <summary>Makes a store without exceptions. On return it is durable.</summary>
    /// <exception cref="DeviceException">The device failed: there may be no store any more.</exception>
    public static async Task WriteAsync(IBlockDevice cow, CowLayout layout)
    {
        var epoch = cow.WriteEpoch;

        // An old head must not count for an area that is empty now: a crash from here on leaves no store.
        await ZeroAsync(cow, layout, chunk: 0).ConfigureAwait(false);
        await cow.FlushAsync(epoch, CancellationToken.None).ConfigureAwait(false);
        await ZeroAsync(cow, layout, layout.AreaChunk(0)).ConfigureAwait(false);
        await cow.FlushAsync(epoch, CancellationToken.None).ConfigureAwait(false);

        // A crash up to this line leaves no store, one after it the new store.
        var head = new byte[CowStoreRules.BlockBytes(cow)];
        CowHeader.For(layout).Write(head);
        using var access = new AlignedDeviceAccess(cow, head.Length);
        await access.WriteAsync(0, head).ConfigureAwait(false);
        await cow.FlushAsync(epoch, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Writes zeros over a chunk.</summary>
    public static async Task ZeroAsync(IBlockDevice cow, CowLayout layout, long chunk)
    {
        var at = layout.RangeOf(chunk).StartBytes;
        for (var done = 0; done < layout.ChunkBytes;)
        {
            var zeros = ZeroPages.Memory[..Math.Min(ZeroPages.Memory.Length, layout.ChunkBytes - done)];
            await cow.WriteAsync(at + done, zeros, WriteDurability.Cached, CancellationToken.None)
                .ConfigureAwait(false);
            done += zeros.Length;
        }
    }
}
