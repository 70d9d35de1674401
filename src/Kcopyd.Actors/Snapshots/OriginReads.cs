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
        var ask = new Question(DeviceOperation.Read, offset, buffer.Length);
        var turn = await EnterAsync(port, state, ask, cancellationToken).ConfigureAwait(false);
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
        var ask = new Question(DeviceOperation.BlockStatus, offset, length);
        var turn = await EnterAsync(port, state, ask, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Forgets what is cached of a range, and of all of the store that is merged.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async ValueTask DropCacheAsync(
        SnapshotPort? port,
        SnapshotState? state,
        long offset,
        long length,
        CancellationToken cancellationToken)
    {
        var turn = await EnterAsync(port, state, new Question(DeviceOperation.BlockStatus), cancellationToken)
            .ConfigureAwait(false);
        try
        {
            await Setup.Device.DropCacheAsync(offset, length, cancellationToken).ConfigureAwait(false);
            if (turn.Cow is { } cow)
            {
                await cow.DropCacheAsync(0, cow.Geometry.LengthBytes, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Exit(turn);
        }
    }

    /// <summary>Whether the names of the devices still lead to them: that of the store that is merged too.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async ValueTask ConfirmAsync(
        SnapshotPort? port, SnapshotState? state, CancellationToken cancellationToken)
    {
        var turn = await EnterAsync(port, state, new Question(DeviceOperation.Confirm), cancellationToken)
            .ConfigureAwait(false);
        try
        {
            await Setup.Device.ConfirmAsync(cancellationToken).ConfigureAwait(false);
            if (turn.Cow is { } cow)
            {
                await cow.ConfirmAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Exit(turn);
        }
    }

    private ChunkReads Chunks(ReadTurn turn) =>
        new(Setup.Device, turn.Cow!, turn.Merging!.Layout.ChunkBytes);

    private async ValueTask<ReadTurn> EnterAsync(
        SnapshotPort? port,
        SnapshotState? state,
        Question ask,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            Calls.Calls.ThrowIfClosed(ask.Operation);
            if (TryEnter(state, ask) is { } turn)
            {
                return turn;
            }

            var request = OriginRequest.Read(port, state, ask.Operation);
            await Calls.SubmitAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <remarks>A read of what is merged is one of that snapshot's too: its store stays until the read has ended.
    /// </remarks>
    private ReadTurn? TryEnter(SnapshotState? state, Question ask)
    {
        if (state is { Map.Gate: SnapshotGate.Held } || !Setup.Reads.TryEnter())
        {
            return null;
        }

        while (Setup.Machine.MergingNow is { } merging)
        {
            // Here, because whoever waited to be let in may find another snapshot merging.
            var chunkBytes = merging.Layout.ChunkBytes;
            var limit = ask.Operation == DeviceOperation.BlockStatus ? StatusChunks * chunkBytes : long.MaxValue;
            var covered = Math.Clamp(Sectors.ToBytes(merging.Length) - ask.Offset, 0, Math.Min(ask.Length, limit));
            var (first, last) = covered == 0
                ? (0, -1)
                : (ask.Offset / chunkBytes, (ask.Offset + covered - 1) / chunkBytes);
            switch (merging.Map.Begin(first, last, out var read))
            {
                case SnapshotGate.Open:
                    return new ReadTurn(merging, Setup.MergedCow, read, covered);
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
    private readonly record struct ReadTurn(
        SnapshotState? Merging, IBlockDevice? Cow, SnapshotRead? Read, long Covered);

    /// <summary>What is asked, and of which bytes; of none where it is not about any.</summary>
    private readonly record struct Question(DeviceOperation Operation, long Offset = 0, long Length = 0);
}
