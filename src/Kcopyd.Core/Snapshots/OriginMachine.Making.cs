namespace Kcopyd.Core.Snapshots;

/// <summary>Which exceptions must come to be, and who waits for them.</summary>
public sealed partial class OriginMachine
{
    private readonly FillPlan _fills = new();
    private readonly List<long> _missing = [];
    private (SnapshotState Snapshot, int Count)? _crowded;

    /// <summary>Before a range of the origin changes, every snapshot that keeps it has an exception: begins those that
    /// are missing, and waits for all that are under way.</summary>
    private void Protect(ChunkRequest request, ChunkPiece[] pieces)
    {
        foreach (var snapshot in _snapshots)
        {
            if (request.Refusal == ChunkRefusal.None && snapshot.Reacts)
            {
                FindMissing(request, snapshot, pieces);
                Make(request, snapshot, _missing);
            }
        }

        IssueFills();
        WaitInCrowd(request);
    }

    private void FindMissing(ChunkRequest request, SnapshotState snapshot, ChunkPiece[] pieces)
    {
        _missing.Clear();
        if (snapshot.IsMarking)
        {
            Wait(request, snapshot.UntilMarked);
            return;
        }

        var next = 0L;
        foreach (var piece in pieces)
        {
            if (piece.Cow is null)
            {
                var (first, last) = snapshot.ChunksOf(piece.Range);
                FindMissing(request, snapshot, Math.Max(first, next), last);
                next = last + 1;
            }
        }
    }

    private void FindMissing(ChunkRequest request, SnapshotState snapshot, long first, long last)
    {
        for (var chunk = first; chunk <= last && _missing.Count < snapshot.PendingLimit;)
        {
            var run = snapshot.Map.FindRun(chunk, last + 1);
            if (!run.IsMapped || snapshot.Draining.Count > 0)
            {
                FindMissing(request, snapshot, run);
            }

            chunk = run.OldEnd;
        }
    }

    private void FindMissing(ChunkRequest request, SnapshotState snapshot, ExceptionRun run)
    {
        for (var chunk = run.OldFirst; chunk < run.OldEnd && _missing.Count < snapshot.PendingLimit; chunk++)
        {
            if (snapshot.Pending.Count > 0 && snapshot.Pending.TryGetValue(chunk, out var pending))
            {
                Wait(request, pending.Waiters);
            }
            else if (!run.IsMapped)
            {
                _missing.Add(chunk);
            }
        }
    }

    /// <summary>Begins exceptions that are copied, and waits for them.</summary>
    /// <param name="request">Who needs them.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="chunks">No more than may be under way; the request comes again for the rest.</param>
    private void Make(ChunkRequest request, SnapshotState snapshot, List<long> chunks)
    {
        if (chunks.Count == 0 || !TryEnter(request, snapshot, chunks.Count))
        {
            return;
        }

        foreach (var chunk in chunks)
        {
            if (!snapshot.Store.HasRoom(1))
            {
                MeetNoRoom(request, snapshot);
                break;
            }

            var exception = Allocate(snapshot, chunk);
            Wait(request, exception.Waiters);
            _fills.Add(exception);
        }

        if (snapshot.IsMarking && request.Refusal == ChunkRefusal.None)
        {
            Wait(request, snapshot.UntilMarked);
        }
    }

    private ChunkException Allocate(SnapshotState snapshot, long chunk)
    {
        var exception = snapshot.Store.Allocate(snapshot, chunk);
        snapshot.Pending.Add(chunk, exception);
        WarnOfFill(snapshot, isNew: true);
        return exception;
    }

    private void IssueFills()
    {
        if (_fills.IsEmpty)
        {
            return;
        }

        foreach (var fill in _fills.Take(Length))
        {
            foreach (var target in fill.Targets)
            {
                target.Snapshot.FillCount++;
            }

            _effects.Add(new OriginEffect.Fill(fill));
        }
    }

    /// <summary>Whether so many exceptions may be begun now; if not, it is remembered where there is no room. Who comes
    /// later does not overtake.</summary>
    private bool TryEnter(ChunkRequest request, SnapshotState snapshot, int count)
    {
        var isTurn = snapshot.Crowd.Count == 0 || request.AdmittedTo == snapshot;
        if (isTurn && snapshot.Pending.Count + count <= snapshot.PendingLimit)
        {
            return true;
        }

        _crowded ??= (snapshot, count);
        return false;
    }

    /// <summary>Who waits for room waits for nothing else, and holds nothing that others wait for.</summary>
    private void WaitInCrowd(ChunkRequest request)
    {
        if (_crowded is { } crowded && request is { Waits: 0, Refusal: ChunkRefusal.None })
        {
            request.Waits++;
            crowded.Snapshot.Crowd.Enqueue((new ChunkWait(request, request.Turn), crowded.Count));
        }
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

            if (snapshot.Crowd.TryPeek(out var next)
                && (snapshot.Pending.Count == 0 || snapshot.Pending.Count + next.Count <= snapshot.PendingLimit))
            {
                snapshot.Crowd.Dequeue();
                next.Wait.Request.AdmittedTo = snapshot;
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
        foreach (var wait in waiters)
        {
            Release(wait);
        }

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
