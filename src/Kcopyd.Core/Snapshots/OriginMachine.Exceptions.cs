using System.Collections.Immutable;

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
        ChunkException[] drained = [.. snapshot.Draining.Where(exception => !snapshot.Map.IsRead(exception.OldChunk))];
        foreach (var exception in drained)
        {
            snapshot.Draining.Remove(exception);
            Finish(exception, ChunkRefusal.None);
        }

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

    /// <summary>Finds the exceptions that must come before a range of the origin changes, and waits for those that are
    /// under way.</summary>
    private void FindNeeded(
        ChunkRequest request, List<ChunkPiece> pieces, List<(SnapshotState Snapshot, long Chunk)> needed)
    {
        foreach (var snapshot in _snapshots)
        {
            if (!snapshot.Reacts)
            {
                continue;
            }

            var next = 0L;
            foreach (var piece in pieces)
            {
                if (piece.Cow is null)
                {
                    var (first, last) = snapshot.ChunksOf(piece.Range);
                    FindNeeded(request, snapshot, (Math.Max(first, next), last), needed);
                    next = last + 1;
                }
            }
        }
    }

    private static void FindNeeded(
        ChunkRequest request,
        SnapshotState snapshot,
        (long First, long Last) chunks,
        List<(SnapshotState Snapshot, long Chunk)> needed)
    {
        if (snapshot.IsMarking)
        {
            Wait(request, snapshot.UntilMarked);
            return;
        }

        for (var chunk = chunks.First; chunk <= chunks.Last; chunk++)
        {
            if (snapshot.Pending.TryGetValue(chunk, out var pending))
            {
                Wait(request, pending.Waiters);
            }
            else if (!snapshot.Map.Contains(chunk))
            {
                needed.Add((snapshot, chunk));
            }
        }
    }

    /// <summary>Makes exceptions by copying, or waits for room for them.</summary>
    private void Make(ChunkRequest request, List<(SnapshotState Snapshot, long Chunk)> needed)
    {
        if (!TryEnterCrowd(request, needed))
        {
            return;
        }

        var fills = new FillPlan();
        foreach (var (snapshot, chunk) in needed)
        {
            if (snapshot.IsValid && Allocate(request, snapshot, chunk) is { } exception)
            {
                Wait(request, exception.Waiters);
                fills.Add(exception);
            }
        }

        foreach (var fill in fills.Take(Length))
        {
            Array.ForEach([.. fill.Targets], static target => target.Snapshot.FillCount++);
            _effects.Add(new OriginEffect.Fill(fill));
        }

        WaitForMarks(request, needed);
        if (request.Refusal != ChunkRefusal.None || request.Waits == 0)
        {
            _ready.Enqueue(request);
        }
    }

    private static void WaitForMarks(ChunkRequest request, List<(SnapshotState Snapshot, long Chunk)> needed)
    {
        foreach (var (snapshot, _) in needed.DistinctBy(need => need.Snapshot))
        {
            if (snapshot.IsMarking)
            {
                Wait(request, snapshot.UntilMarked);
            }
        }
    }

    private ChunkException? Allocate(ChunkRequest request, SnapshotState snapshot, long chunk)
    {
        if (snapshot.Store.TryAllocate(snapshot, chunk) is not { } exception)
        {
            MeetNoRoom(request, snapshot);
            return null;
        }

        snapshot.Pending.Add(chunk, exception);
        WarnOfFill(snapshot, isNew: true);
        return exception;
    }

    /// <summary>There is always room for one request: else one that needs more than the limit would wait
    /// forever.</summary>
    private static bool TryEnterCrowd(ChunkRequest request, List<(SnapshotState Snapshot, long Chunk)> needed)
    {
        if (request.IsAdmitted)
        {
            request.IsAdmitted = false;
            return true;
        }

        foreach (var (snapshot, count) in needed.CountBy(need => need.Snapshot))
        {
            if (snapshot.Crowd.Count == 0 && HasRoom(snapshot, count))
            {
                continue;
            }

            if (request.Waits == 0)
            {
                request.Waits++;
                snapshot.Crowd.Enqueue((new ChunkWait(request, request.Turn), count));
            }

            return false;
        }

        return true;
    }

    private static bool HasRoom(SnapshotState snapshot, int count) =>
        snapshot.Pending.Count == 0 || snapshot.Pending.Count + count <= snapshot.Policy.MaxPending;

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
            Lose(snapshot, owned, SnapshotLoss.DataWrite, ChunkRefusal.Device);
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
        snapshot.Store.End(commit, isDurable);
        if (!snapshot.IsValid)
        {
            return;
        }

        if (!isDurable)
        {
            Lose(snapshot, commit.Exceptions, SnapshotLoss.Metadata, ChunkRefusal.NotKept);
            return;
        }

        foreach (var exception in commit.Exceptions)
        {
            snapshot.Map.Add(exception);
            if (snapshot.Map.IsRead(exception.OldChunk))
            {
                snapshot.Draining.Add(exception);
            }
            else
            {
                Finish(exception, ChunkRefusal.None);
            }
        }
    }

    /// <summary>Exceptions cannot be made.</summary>
    private void Lose(
        SnapshotState snapshot, IReadOnlyList<ChunkException> exceptions, SnapshotLoss loss, ChunkRefusal refusal)
    {
        if (!snapshot.IsValid)
        {
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
        foreach (var wait in exception.Waiters.Where(wait => wait.IsCurrent && refusal != ChunkRefusal.None))
        {
            wait.Request.Refusal = wait.Request.Refusal == ChunkRefusal.None ? refusal : wait.Request.Refusal;
        }

        Release(exception.Waiters);
    }

    /// <summary>Lets requests in that wait for room, one for each snapshot.</summary>
    /// <returns>Whether there is one.</returns>
    private bool LetIn()
    {
        var isAny = false;
        foreach (var snapshot in _snapshots)
        {
            while (snapshot.Crowd.TryPeek(out var first) && !first.Wait.IsCurrent)
            {
                snapshot.Crowd.Dequeue();
            }

            if (snapshot.Crowd.TryPeek(out var next) && HasRoom(snapshot, next.Count))
            {
                snapshot.Crowd.Dequeue();
                next.Wait.Request.IsAdmitted = true;
                Release(next.Wait);
                isAny = true;
            }
        }

        return isAny;
    }

    private static void Wait(ChunkRequest request, List<ChunkWait> waiters)
    {
        request.Waits++;
        waiters.Add(new ChunkWait(request, request.Turn));
    }

    private void Release(List<ChunkWait> waiters)
    {
        waiters.ForEach(Release);
        waiters.Clear();
    }

    private void Release(ChunkWait wait)
    {
        if (wait.IsCurrent && --wait.Request.Waits == 0)
        {
            _ready.Enqueue(wait.Request);
        }
    }
}
