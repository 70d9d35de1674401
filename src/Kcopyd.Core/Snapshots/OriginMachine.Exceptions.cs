namespace Kcopyd.Core.Snapshots;

/// <summary>How exceptions come to be.</summary>
public sealed partial class OriginMachine
{
    /// <summary>A copy ended.</summary>
    /// <param name="copy">Which.</param>
    /// <param name="sourceFailed">Whether the origin could not be read.</param>
    /// <param name="failedTargets">A bit for each of its targets, set if it failed.</param>
    public void Filled(ChunkFill copy, bool sourceFailed, long failedTargets)
    {
        ArgumentNullException.ThrowIfNull(copy);
        for (var i = 0; i < copy.Targets.Length; i++)
        {
            var isFilled = !sourceFailed && (failedTargets >> i & 1) == 0;
            Fill(copy.Targets[i], isFilled, sourceFailed ? SnapshotLoss.OriginRead : SnapshotLoss.DataWrite);
        }

        Run();
    }

    /// <summary>A commit ended.</summary>
    /// <param name="snapshot">Whose.</param>
    /// <param name="changes">Which.</param>
    /// <param name="isDurable">Whether it is durable.</param>
    public void Committed(SnapshotState snapshot, StoreCommit changes, bool isDurable)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(changes);
        if (changes.Cleared > 0)
        {
            MergeCleared(snapshot, changes, isDurable);
        }
        else
        {
            End(snapshot, changes, isDurable);
            Advance(snapshot);
        }

        if (changes.IsCleaning)
        {
            CleanedForMerge(isDurable);
        }

        Run();
    }

    /// <summary>A store was marked invalid, as well as it could be.</summary>
    public void Marked(SnapshotState snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        snapshot.IsMarking = false;
        Release(snapshot.UntilMarked);
        Run();
    }

    /// <summary>A read of a snapshot ended, and <see cref="SnapshotReadEnd.IsAwaited"/> said that it is to be told.
    /// </summary>
    public void ReadEnded(SnapshotState snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ChunkException[] draining = [.. snapshot.Draining];
        snapshot.Draining.Clear();
        Array.ForEach(draining, FinishUnlessRead);
        Run();
    }

    /// <summary>The store's device has another size: what failed for want of room may go on.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="cowSectors">The size; unit: sectors.</param>
    public void Resize(SnapshotState snapshot, long cowSectors)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        snapshot.Store.Resize(cowSectors);
        (snapshot.IsOverflowed, snapshot.IsFull, snapshot.WarningsGiven) = (false, false, 0);
        WarnOfFill(snapshot, isNew: false);
    }

    private void Fill(ChunkFillTarget target, bool isFilled, SnapshotLoss loss)
    {
        var snapshot = target.Snapshot;
        snapshot.FillCount--;
        foreach (var exception in target.Exceptions)
        {
            exception.IsFilled = isFilled;
        }

        if (!isFilled)
        {
            Lose(snapshot, target.Exceptions, loss, ChunkRefusal.NotKept);
        }

        Advance(snapshot);
    }

    /// <summary>Data that a request brought itself was written.</summary>
    private void EndOwned(ChunkRequest request, IReadOnlyList<ChunkException> owned, bool succeeded)
    {
        var snapshot = request.Snapshot!;
        request.Waits = 0;
        request.Turn++;
        foreach (var exception in owned)
        {
            exception.IsFilled = succeeded;
            if (snapshot.Pending.GetValueOrDefault(exception.OldChunk) == exception)
            {
                Wait(request, exception.Waiters);
            }
        }

        if (!succeeded)
        {
            // Who else needs them tries for itself.
            Lose(snapshot, owned, SnapshotLoss.DataWrite, ChunkRefusal.None);
        }

        Advance(snapshot);
        if (request.Waits == 0)
        {
            _ready.Enqueue(request);
        }
    }

    private void Advance(SnapshotState snapshot)
    {
        while (snapshot.IsValid && snapshot.Store.Begin() is { } commit)
        {
            if (commit.IsWritten)
            {
                _effects.Add(new OriginEffect.Commit(snapshot, commit));
                return;
            }

            End(snapshot, commit, isDurable: true);
        }
    }

    private void End(SnapshotState snapshot, StoreCommit commit, bool isDurable)
    {
        var exceptions = snapshot.Store.End(commit, isDurable);
        if (!isDurable)
        {
            Lose(snapshot, exceptions, SnapshotLoss.Metadata, ChunkRefusal.NotKept);
            return;
        }

        for (var i = 0; i < exceptions.Count && snapshot.IsValid; i++)
        {
            snapshot.Map.Add(exceptions[i]);
            FinishUnlessRead(exceptions[i]);
        }
    }

    /// <summary>Reads that found the chunk in the origin before its exception was durable end first.</summary>
    private void FinishUnlessRead(ChunkException exception)
    {
        if (exception.Snapshot.Map.IsRead(exception.OldChunk))
        {
            exception.Snapshot.Draining.Add(exception);
        }
        else
        {
            Finish(exception, ChunkRefusal.None);
        }
    }

    /// <summary>Exceptions cannot be made.</summary>
    private void Lose(
        SnapshotState snapshot, IReadOnlyList<ChunkException> exceptions, SnapshotLoss loss, ChunkRefusal refusal)
    {
        if (!snapshot.IsValid || exceptions.Count == 0)
        {
            // A clean-up that failed cost nobody anything.
            return;
        }

        if (snapshot.Policy.OnFailure == SnapshotFailurePolicy.InvalidateSnapshot)
        {
            Invalidate(snapshot, loss);
            return;
        }

        foreach (var exception in exceptions)
        {
            Finish(exception, refusal);
        }
    }

    private void Finish(ChunkException exception, ChunkRefusal refusal)
    {
        var snapshot = exception.Snapshot;
        snapshot.Pending.Remove(exception.OldChunk);
        if (refusal != ChunkRefusal.None)
        {
            Refuse(exception.Waiters, refusal);
        }

        Release(exception.Waiters);
    }

    /// <summary>Who is refused waits for nothing else, unless its own data is written already.</summary>
    private void Refuse(List<ChunkWait> waiters, ChunkRefusal refusal)
    {
        foreach (var wait in waiters)
        {
            if (wait is { IsCurrent: true, Request.Refusal: ChunkRefusal.None })
            {
                wait.Request.Refusal = refusal;
                Hurry(wait.Request);
            }
        }
    }

    private void Hurry(ChunkRequest request)
    {
        if (request.Phase == ChunkRequestPhase.Waiting)
        {
            _ready.Enqueue(request);
        }
    }
}
