using Kcopyd.Actors.Hosting;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Logs on devices, apart from a mirror: looking at one, and making one. The devices stay the caller's.
/// </summary>
public static class DirtyLogDevice
{
    /// <summary>Where something else than a log would show itself: labels, partition tables and the heads of file
    /// systems are in the first MiB.</summary>
    private static readonly ByteCount LookedAt = 1.MiB;

    /// <summary>The bytes that the log of a table takes on a device.</summary>
    /// <param name="table">The mirror.</param>
    /// <param name="blockSize">The device's logical block size; less than a sector counts as one.</param>
    public static long SizeOf(MirrorTable table, int blockSize)
    {
        ArgumentNullException.ThrowIfNull(table);
        return DirtyLogImage.SizeOf(table.Geometry.RegionCount, Math.Max(blockSize, Sectors.Size));
    }

    /// <summary>The log as a mirror of this table would begin with it. Nothing is written.</summary>
    /// <param name="device">Open for reading.</param>
    /// <param name="table">Its <c>sync</c> and <c>nosync</c> count as at a start.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="MirrorLogException">It is damaged, foreign, of a newer version, too small or cannot be
    /// read.</exception>
    public static async Task<DirtyLogImage> ReadAsync(
        IBlockDevice device, MirrorTable table, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(table);
        var name = NameOf(device, table);
        var blockSize = BlockSizeOf(device);
        var size = SizeOf(table, blockSize);
        DirtyLogRules.RefuseSize(name, table, device.Geometry.LengthBytes, size);
        var read = await ReadAsync(device, name, size, cancellationToken).ConfigureAwait(false);
        var image = DirtyLogImage.Resume(read, table.Geometry.RegionCount, table.Log.Sync, blockSize);
        DirtyLogRules.RefuseFinding(name, image.Finding, read, device.Geometry.LengthBytes);
        return image;
    }

    /// <summary>Whether something stands where a log would be made, or in the first MiB of the device.</summary>
    /// <returns>The first byte that is not zero; null where all are.</returns>
    /// <exception cref="MirrorLogException">The device is too small, or cannot be read.</exception>
    public static async Task<long?> FindDataAsync(
        IBlockDevice device, MirrorTable table, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(table);
        var name = NameOf(device, table);
        var length = device.Geometry.LengthBytes;
        var size = SizeOf(table, BlockSizeOf(device));
        DirtyLogRules.RefuseSize(name, table, length, size);
        var read = await ReadAsync(device, name, Math.Min(length, Math.Max(size, LookedAt.Value)), cancellationToken)
            .ConfigureAwait(false);
        var found = read.AsSpan().IndexOfAnyExcept((byte)0);
        return found < 0 ? null : found;
    }

    /// <summary>Makes a new log: no region clean, or all of them where the table says <c>nosync</c>. On return it is
    /// durable.</summary>
    /// <remarks>What stood there is gone. Not cancellable: what is half written would be no log.</remarks>
    /// <param name="device">Open for writing.</param>
    /// <param name="table">The mirror.</param>
    /// <returns>The log.</returns>
    /// <exception cref="MirrorLogException">The device is too small or failed.</exception>
    public static async Task<DirtyLogImage> FormatAsync(IBlockDevice device, MirrorTable table)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(table);
        var name = NameOf(device, table);
        var blockSize = BlockSizeOf(device);
        var size = SizeOf(table, blockSize);
        DirtyLogRules.RefuseSize(name, table, device.Geometry.LengthBytes, size);
        var image = DirtyLogImage.Resume(new byte[size], table.Geometry.RegionCount, table.Log.Sync, blockSize);
        try
        {
            await WriteAsync(device, image, size, blockSize).ConfigureAwait(false);
        }
        catch (DeviceException e)
        {
            throw new MirrorLogException($"The log device {name} failed: {e.Message}", e);
        }

        return image;
    }

    private static async Task WriteAsync(IBlockDevice device, DirtyLogImage image, long size, int blockSize)
    {
        var epoch = device.WriteEpoch;
        using var access = new AlignedDeviceAccess(device, size);

        // An old head must not count for new bits: a crash from here on leaves a device without a log.
        await access.WriteAsync(0, new byte[blockSize]).ConfigureAwait(false);
        await device.FlushAsync(epoch, CancellationToken.None).ConfigureAwait(false);
        await access.WriteAsync(blockSize, image.Bytes[blockSize..(int)size]).ConfigureAwait(false);
        await device.FlushAsync(epoch, CancellationToken.None).ConfigureAwait(false);

        // A crash up to this line leaves no log, one after it the new log.
        await access.WriteAsync(0, image.Bytes[..blockSize]).ConfigureAwait(false);
        await device.FlushAsync(epoch, CancellationToken.None).ConfigureAwait(false);
    }

    private static async Task<byte[]> ReadAsync(
        IBlockDevice device, string name, long size, CancellationToken cancellationToken)
    {
        var bytes = new byte[size];
        using var access = new AlignedDeviceAccess(device, size);
        try
        {
            await access.ReadAsync(0, bytes, cancellationToken).ConfigureAwait(false);
            return bytes;
        }
        catch (DeviceException e)
        {
            throw DirtyLogRules.Unreadable(name, e);
        }
    }

    private static int BlockSizeOf(IBlockDevice device) =>
        Math.Max(device.Geometry.LogicalBlockSize, Sectors.Size);

    private static string NameOf(IBlockDevice device, MirrorTable table) => table.Log.Device ?? device.Identity.Uri;
}
