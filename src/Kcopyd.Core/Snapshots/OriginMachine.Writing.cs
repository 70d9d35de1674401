namespace Kcopyd.Core.Snapshots;

/// <summary>Writes and discards of snapshots.</summary>
public sealed partial class OriginMachine
{
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
        for (var chunk = first; chunk <= last && snapshot.Pending.Count > 0; chunk++)
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
        List<(SnapshotState Snapshot, long Chunk)> copied = [];
        List<(SnapshotState Snapshot, long Chunk)> whole = [];
        var (first, last) = snapshot.ChunksOf(request.Range);
        foreach (var run in snapshot.Map.Look(first, last).Where(run => run.NewFirst < 0))
        {
            for (var chunk = run.OldFirst; chunk < run.OldFirst + run.Count; chunk++)
            {
                (CoversAll(request, snapshot, chunk) ? whole : copied).Add((snapshot, chunk));
            }
        }

        if (copied.Count > 0)
        {
            Make(request, copied);
        }
        else if (whole.Count > 0)
        {
            Bring(request, snapshot, whole);
        }
        else
        {
            Issue(request, CowPiecesOf(request, snapshot, []));
        }
    }

    /// <summary>Writes whole chunks where their exceptions will lead.</summary>
    private void Bring(
        ChunkRequest request, SnapshotState snapshot, List<(SnapshotState Snapshot, long Chunk)> whole)
    {
        if (!TryEnterCrowd(request, whole))
        {
            return;
        }

        List<ChunkException> owned = [];
        foreach (var (_, chunk) in whole)
        {
            if (request.Refusal == ChunkRefusal.None && Allocate(request, snapshot, chunk) is { } exception)
            {
                owned.Add(exception);
            }
        }

        if (request.Refusal == ChunkRefusal.None)
        {
            request.Owned = owned;
            Issue(request, CowPiecesOf(request, snapshot, owned));
            return;
        }

        foreach (var exception in owned)
        {
            exception.IsFilled = false;
            Finish(exception, ChunkRefusal.None);
        }

        Advance(snapshot);
        Settle(request, request.Refusal);
    }

    private static bool CoversAll(ChunkRequest request, SnapshotState snapshot, long chunk)
    {
        var range = snapshot.Layout.RangeOf(chunk);
        return request.Range.Start <= range.Start && Math.Min(range.End, snapshot.Length) <= request.Range.End;
    }

    private static List<ChunkPiece> CowPiecesOf(
        ChunkRequest request, SnapshotState snapshot, List<ChunkException> owned)
    {
        var (first, last) = snapshot.ChunksOf(request.Range);
        List<ChunkPiece> pieces = [];
        var next = 0;
        foreach (var run in snapshot.Map.Look(first, last))
        {
            if (run.NewFirst >= 0)
            {
                pieces.Add(PieceOf(snapshot, run, request.Range, ChunkAction.Write));
                continue;
            }

            for (var end = next + (int)run.Count; next < end;)
            {
                var count = ConsecutiveFrom(owned, next, end);
                var part = new ExceptionRun(owned[next].OldChunk, owned[next].NewChunk, count);
                pieces.Add(PieceOf(snapshot, part, request.Range, ChunkAction.Write));
                next += count;
            }
        }

        return pieces;
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
        foreach (var run in snapshot.Map.Look(first, last).Where(run => run.NewFirst >= 0))
        {
            for (var i = 0L; i < run.Count; i++)
            {
                var chunk = run.OldFirst + i;
                var action = CoversAll(request, snapshot, chunk) ? ChunkAction.Zero : ChunkAction.Discard;
                pieces.Add(PieceOf(snapshot, new ExceptionRun(chunk, run.NewFirst + i, 1), request.Range, action));
            }
        }

        if (snapshot.Spec.Features.HasFlag(SnapshotFeatures.DiscardPassdownOrigin))
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
