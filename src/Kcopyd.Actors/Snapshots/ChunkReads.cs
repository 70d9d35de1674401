using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>Reads of a range whose chunks lie on an origin and on a COW device.</summary>
/// <param name="Origin">The device underneath the origin.</param>
/// <param name="Cow">The COW device.</param>
/// <param name="ChunkBytes">The size of a chunk; unit: bytes.</param>
internal readonly record struct ChunkReads(IBlockDevice Origin, IBlockDevice Cow, int ChunkBytes)
{
    /// <summary>Parts that are read at the same time.</summary>
    private const int AtOnce = 16;

    /// <summary>Fills the buffer.</summary>
    /// <param name="runs">Where all its chunks are, in order.</param>
    /// <param name="offset">Where it begins; unit: bytes.</param>
    /// <param name="buffer">In use until the task is over.</param>
    /// <param name="cancellationToken">As of the devices.</param>
    /// <exception cref="DeviceException">A device failed.</exception>
    public async ValueTask ReadAsync(
        IReadOnlyList<ExceptionRun> runs, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (runs.Count == 1)
        {
            await ReadAsync(runs[0], offset, buffer, cancellationToken).ConfigureAwait(false);
            return;
        }

        List<Task> parts = [];
        foreach (var run in runs)
        {
            var start = Math.Max(offset, run.OldFirst * ChunkBytes);
            var end = Math.Min(offset + buffer.Length, (run.OldFirst + run.Count) * ChunkBytes);
            var part = buffer.Slice((int)(start - offset), (int)(end - start));
            parts.Add(ReadAsync(run, start, part, cancellationToken));
            if (parts.Count == AtOnce)
            {
                await Task.WhenAll(parts).ConfigureAwait(false);
                parts.Clear();
            }
        }

        await Task.WhenAll(parts).ConfigureAwait(false);
    }

    /// <summary>What the devices say of a range; the answer may end before the range does.</summary>
    public async ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        ExceptionRun run, long offset, long length, CancellationToken cancellationToken)
    {
        var end = Math.Min(offset + length, (run.OldFirst + run.Count) * ChunkBytes);
        var (device, at) = Place(run, offset);
        var extents = await device.GetBlockStatusAsync(at, end - offset, cancellationToken).ConfigureAwait(false);
        return [.. extents.Select(extent => extent with { Offset = extent.Offset - at + offset })];
    }

    /// <remarks>Whatever a device does, the task has it: others use parts of the same buffer.</remarks>
    private async Task ReadAsync(
        ExceptionRun run, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var (device, at) = Place(run, offset);
        var odd = device == Cow ? CowEnds.OddBytes(device, buffer.Length) : 0;
        if (buffer.Length > odd)
        {
            await device.ReadAsync(at, buffer[..^odd], cancellationToken).ConfigureAwait(false);
        }

        if (odd > 0)
        {
            await CowEnds.ReadAsync(device, at + buffer.Length - odd, buffer[^odd..], cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private (IBlockDevice Device, long Offset) Place(ExceptionRun run, long offset) => run.NewFirst < 0
        ? (Origin, offset)
        : (Cow, (run.NewFirst * ChunkBytes) + offset - (run.OldFirst * ChunkBytes));
}
