using Kcopyd.Actors.Hosting;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>The last bytes of an origin of an odd length, in a store on a device that takes whole blocks only: the
/// store has the chunk whole, and what is behind those bytes is nobody's.</summary>
internal static class CowEnds
{
    /// <summary>How many bytes at the end of a request do not fill a block.</summary>
    public static int OddBytes(IBlockDevice cow, long length) =>
        cow.Geometry.Can(BlockDeviceAbilities.ByteGranular) ? 0 : (int)(length % BlockBytes(cow));

    /// <summary>The length with the rest of the last block.</summary>
    public static long WholeBlocks(IBlockDevice cow, long length) =>
        OddBytes(cow, length) is > 0 and var odd ? length - odd + BlockBytes(cow) : length;

    /// <summary>Reads less than a block from where one begins.</summary>
    /// <exception cref="DeviceException">The device failed.</exception>
    public static async Task ReadAsync(
        IBlockDevice cow, long offset, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        var block = new byte[BlockBytes(cow)];
        using var access = new AlignedDeviceAccess(cow, block.Length);
        await access.ReadAsync(offset, block, cancellationToken).ConfigureAwait(false);
        block.AsMemory(0, bytes.Length).CopyTo(bytes);
    }

    /// <summary>Writes less than a block to where one begins; the rest of the block becomes zeros.</summary>
    /// <exception cref="DeviceException">The device failed.</exception>
    public static async Task WriteAsync(
        IBlockDevice cow, long offset, ReadOnlyMemory<byte> bytes, WriteDurability durability)
    {
        var block = new byte[BlockBytes(cow)];
        bytes.CopyTo(block);
        using var access = new AlignedDeviceAccess(cow, block.Length);
        await access.WriteAsync(offset, block, durability).ConfigureAwait(false);
    }

    private static int BlockBytes(IBlockDevice cow) => Math.Max(Sectors.Size, cow.Geometry.LogicalBlockSize);
}
