namespace Kcopyd.Core.Snapshots;

/// <summary>Writes and discards of snapshots.</summary>
public sealed partial class OriginMachine
{
    private readonly List<long> _whole = [];

    private void EvaluateSnapshot(ChunkRequest request, SnapshotState snapshot)
    {
        if (!snapshot.IsValid)
        {
            Settle(request, ChunkRefusal.Invalid);
            return;
        }

        if (request.Kind == ChunkRequestKind.Write && snapshot.IsOverflowed)
        {
            Settle(request, ChunkRefusal.Overflowed);
            return;
        }

        WaitForPending(request, snapshot);
        if (request.Waits > 0)
        {
            return;
        }

        if (request.Kind == ChunkRequestKind.Discard)
        {
            Discard(request, snapshot);
        }
        else
        {
            Write(request, snapshot);
        }
    }

    private static void WaitForPending(ChunkRequest request, SnapshotState snapshot)
    {
        var (first, last) = snapshot.ChunksOf(request.Range);
        if (last - first >= snapshot.Pending.Count)
        {
            foreach (var (chunk, pending) in snapshot.Pending)
            {
                if (chunk >= first && chunk <= last)
                {
                    Wait(request, pending.Waiters);
                }
            }

            return;
        }

        for (var chunk = first; chunk <= last; chunk++)
        {
            if (snapshot.Pending.TryGetValue(chunk, out var pending))
            {
                Wait(request, pending.Waiters);
            }
        }
    }

    /// <summary>A chunk without exception is copied first, unless the request brings all of it.</summary>
    private void Write(ChunkRequest request, SnapshotState snapshot)
    {
        SortMissing(request, snapshot);
        if (_missing.Count > 0)
        {
            Make(request, snapshot, _missing);
            IssueFills();
        }
        else if (_whole.Count > 0)
        {
            Bring(request, snapshot);
        }
        else
        {
            Issue(request, CowPiecesOf(request, snapshot, null));
        }

        WaitInCrowd(request);
        if (request is { Phase: ChunkRequestPhase.Waiting, Refusal: not ChunkRefusal.None })
        {
            Settle(request, request.Refusal);
        }
    }

    /// <summary>Chunks that must be copied, and those that need not be; of both no more than may be under
    /// way.</summary>
    /// <remarks>Decided: of a write that brings more whole chunks than may be under way, those beyond are copied first.
    /// Because: its exceptions come to be all at once. Instead of: no bound, or carrying a write out in
    /// parts.</remarks>
    private void SortMissing(ChunkRequest request, SnapshotState snapshot)
    {
        _missing.Clear();
        _whole.Clear();
        var (first, last) = snapshot.ChunksOf(request.Range);
        for (var chunk = first; chunk <= last && _missing.Count < snapshot.PendingLimit;)
        {
            var run = snapshot.Map.FindRun(chunk, last + 1);
            if (run.IsMapped)
            {
                chunk = run.OldEnd;
                continue;
            }

            var isWhole = _whole.Count < snapshot.PendingLimit && CoversAll(request, snapshot, chunk);
            (isWhole ? _whole : _missing).Add(chunk);
            chunk++;
        }
    }

    /// <summary>Writes whole chunks where their exceptions will lead.</summary>
    private void Bring(ChunkRequest request, SnapshotState snapshot)
    {
        if (!TryEnter(request, snapshot, _whole.Count))
        {
            return;
        }

        if (!snapshot.Store.HasRoom(_whole.Count))
        {
            MeetNoRoom(request, snapshot);
            return;
        }

        List<ChunkException> owned = [];
        foreach (var chunk in _whole)
        {
            owned.Add(Allocate(snapshot, chunk));
        }

        request.Owned = owned;
        Issue(request, CowPiecesOf(request, snapshot, owned));
    }

    private static bool CoversAll(ChunkRequest request, SnapshotState snapshot, long chunk)
    {
        var range = snapshot.Layout.RangeOf(chunk);
        return request.Range.Start <= range.Start && Math.Min(range.End, snapshot.Length) <= request.Range.End;
    }

    private static ChunkPiece[] CowPiecesOf(
        ChunkRequest request, SnapshotState snapshot, List<ChunkException>? owned)
    {
        var (first, last) = snapshot.ChunksOf(request.Range);
        var all = snapshot.Map.FindRun(first, last + 1);
        if (all.IsMapped && all.OldEnd > last)
        {
            return [PieceOf(snapshot, all, request.Range, ChunkAction.Write)];
        }

        List<ChunkPiece> pieces = [];
        var next = 0;
        for (var chunk = first; chunk <= last;)
        {
            var run = snapshot.Map.FindRun(chunk, last + 1);
            chunk = run.OldEnd;
            if (run.IsMapped)
            {
                pieces.Add(PieceOf(snapshot, run, request.Range, ChunkAction.Write));
                continue;
            }

            for (var end = next + (int)run.Count; next < end;)
            {
                var count = ConsecutiveFrom(owned!, next, end);
                var part = new ExceptionRun(owned![next].OldChunk, owned[next].NewChunk, count);
                pieces.Add(PieceOf(snapshot, part, request.Range, ChunkAction.Write));
                next += count;
            }
        }

        return [.. pieces];
    }

    private static int ConsecutiveFrom(List<ChunkException> owned, int from, int end)
    {
        var count = 1;
        while (from + count < end && owned[from + count].NewChunk == owned[from].NewChunk + count)
        {
            count++;
        }

        return count;
    }

    /// <summary>Whole chunks of the store become zeros, parts are discarded, and where there is no exception nothing
    /// happens.</summary>
    private void Discard(ChunkRequest request, SnapshotState snapshot)
    {
        List<ChunkPiece> pieces = [];
        var (first, last) = snapshot.ChunksOf(request.Range);
        for (var chunk = first; chunk <= last;)
        {
            var run = snapshot.Map.FindRun(chunk, last + 1);
            for (; chunk < run.OldEnd && run.IsMapped; chunk++)
            {
                var one = new ExceptionRun(chunk, run.NewFirst + chunk - run.OldFirst, 1);
                var action = CoversAll(request, snapshot, chunk) ? ChunkAction.Zero : ChunkAction.Discard;
                pieces.Add(PieceOf(snapshot, one, request.Range, action));
            }

            chunk = run.OldEnd;
        }

        // While a snapshot is merged, a discard of its origin is dropped: so is this one.
        if (snapshot.Spec.Features.HasFlag(SnapshotFeatures.DiscardPassdownOrigin) && MergingNow is null)
        {
            pieces.Add(new ChunkPiece(null, request.Range, request.Range.Start, ChunkAction.Discard));
        }

        if (pieces.Count > 0)
        {
            Issue(request, pieces);
        }
        else
        {
            Settle(request, ChunkRefusal.None);
        }
    }
}
