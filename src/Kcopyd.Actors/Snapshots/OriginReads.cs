using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>Reads of an origin, and of the snapshot that is merged into it: from the device underneath, and what is
/// still to be merged from the store. They pass by the actor, and wait while the origin is suspended, or the snapshot
/// that is merged.</summary>
/// <param name="Setup">The origin.</param>
/// <param name="Calls">The calls of the device that was asked.</param>
internal readonly record struct OriginReads(OriginSetup Setup, OriginCalls Calls)
{
    /// <summary>Chunks that one question about block status covers.</summary>
    public const long StatusChunks = 1024;

    /// <summary>Fills the buffer.</summary>
    /// <param name="port">The merging snapshot that was asked; null: the origin.</param>
    /// <param name="state">What it is in the machine.</param>
    /// <param name="offset">Where it begins; unit: bytes.</param>
    /// <param name="buffer">In use until the task is over.</param>
    /// <param name="cancellationToken">As of the devices.</param>
    /// <exception cref="DeviceException">A device failed.</exception>
    public async ValueTask ReadAsync(
        SnapshotPort? port,
        SnapshotState? state,
        long offset,
        Memory<byte> buffer,
        CancellationToken cancellationToken)
    {
        var turn = await EnterAsync(port, state, (offset, buffer.Length), cancellationToken).ConfigureAwait(false);
        try
        {
            var covered = (int)turn.Covered;
            if (covered > 0)
            {
                await Chunks(turn).ReadAsync(turn.Read!.Runs, offset, buffer[..covered], cancellationToken)
                    .ConfigureAwait(false);
            }

            if (covered < buffer.Length || buffer.IsEmpty)
            {
                await Setup.Device.ReadAsync(offset + covered, buffer[covered..], cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        finally
        {
            Exit(turn);
        }
    }

    /// <summary>What the devices say of a range; the answer may end before the range does.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        SnapshotPort? port,
        SnapshotState? state,
        long offset,
        long length,
        CancellationToken cancellationToken)
    {
        var asked = Setup.Machine.MergingNow is { } merging
            ? Math.Min(length, StatusChunks * merging.Layout.ChunkBytes)
            : length;
        var turn = await EnterAsync(port, state, (offset, asked), cancellationToken).ConfigureAwait(false);
        try
        {
            return turn.Covered > 0
                ? await Chunks(turn).GetBlockStatusAsync(turn.Read!.Runs[0], offset, turn.Covered, cancellationToken)
                    .ConfigureAwait(false)
                : await Setup.Device.GetBlockStatusAsync(offset, length, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Exit(turn);
        }
    }

    private ChunkReads Chunks(ReadTurn turn) =>
        new(Setup.Device, Setup.MergedCow!, turn.Merging!.Layout.ChunkBytes);

    private async ValueTask<ReadTurn> EnterAsync(
        SnapshotPort? port,
        SnapshotState? state,
        (long Offset, long Length) range,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            Calls.Calls.ThrowIfClosed(DeviceOperation.Read);
            if (TryEnter(state, range.Offset, range.Length) is { } turn)
            {
                return turn;
            }

            await Calls.SubmitAsync(OriginRequest.Read(port, state), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <remarks>A read of what is merged is one of that snapshot's too: its store stays until the read has ended.
    /// </remarks>
    private ReadTurn? TryEnter(SnapshotState? state, long offset, long length)
    {
        if (state is { Map.Gate: SnapshotGate.Held } || !Setup.Reads.TryEnter())
        {
            return null;
        }

        while (Setup.Machine.MergingNow is { } merging)
        {
            var covered = Math.Clamp(Sectors.ToBytes(merging.Length) - offset, 0, length);
            var (first, last) = covered == 0
                ? (0, -1)
                : (offset / merging.Layout.ChunkBytes, (offset + covered - 1) / merging.Layout.ChunkBytes);
            switch (merging.Map.Begin(first, last, out var read))
            {
                case SnapshotGate.Open:
                    return new ReadTurn(merging, read, covered);
                case SnapshotGate.Held:
                    Exit(default);
                    return null;
            }
        }

        return default(ReadTurn);
    }

    private void Exit(ReadTurn turn)
    {
        if (turn.Merging is { } merging && merging.Map.End(turn.Read!).IsAwaited)
        {
            Calls.Tell(new OriginWork.ReadEnded(merging));
        }

        if (Setup.Reads.Exit())
        {
            Calls.Tell(new OriginWork.ReadEnded(null));
        }
    }

    /// <summary>A read under way, and how much of it the merging snapshot decides.</summary>
    private readonly record struct ReadTurn(SnapshotState? Merging, SnapshotRead? Read, long Covered);
}
