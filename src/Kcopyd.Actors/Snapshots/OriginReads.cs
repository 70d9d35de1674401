using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>Reads of an origin: from the device underneath, and what is still to be merged from the store.</summary>
internal static class OriginReads
{
    /// <summary>Chunks that one question about block status covers.</summary>
    private const long StatusChunks = 1024;

    /// <summary>Fills the buffer.</summary>
    /// <exception cref="DeviceException">A device failed.</exception>
    public static async ValueTask ReadAsync(
        OriginSetup setup, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var covered = 0;
        if (setup.Machine.MergingNow is { } merging && setup.MergedCow is { } cow)
        {
            covered = (int)Math.Clamp(Sectors.ToBytes(merging.Length) - offset, 0, buffer.Length);
            var reads = new ChunkReads(setup.Device, cow, merging.Layout.ChunkBytes);
            await reads.ReadAsync(RunsOf(merging, offset, covered), offset, buffer[..covered], cancellationToken)
                .ConfigureAwait(false);
        }

        if (covered < buffer.Length || buffer.IsEmpty)
        {
            await setup.Device.ReadAsync(offset + covered, buffer[covered..], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What the devices say of a range; the answer may end before the range does.</summary>
    public static ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        OriginSetup setup, long offset, long length, CancellationToken cancellationToken)
    {
        if (setup.Machine.MergingNow is { } merging
            && setup.MergedCow is { } cow
            && length > 0
            && offset < Sectors.ToBytes(merging.Length))
        {
            var reads = new ChunkReads(setup.Device, cow, merging.Layout.ChunkBytes);
            var asked = Math.Min(length, StatusChunks * merging.Layout.ChunkBytes);
            return reads.GetBlockStatusAsync(
                RunsOf(merging, offset, asked)[0], offset, length, cancellationToken);
        }

        return setup.Device.GetBlockStatusAsync(offset, length, cancellationToken);
    }

    private static IReadOnlyList<ExceptionRun> RunsOf(SnapshotState merging, long offset, long length) => length == 0
        ? []
        : merging.Map.Look(offset / merging.Layout.ChunkBytes, (offset + length - 1) / merging.Layout.ChunkBytes);
}
