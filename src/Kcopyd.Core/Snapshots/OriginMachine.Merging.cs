namespace Kcopyd.Core.Snapshots;

/// <summary>A snapshot goes back into its origin, the newest exceptions first.</summary>
public sealed partial class OriginMachine
{
    /// <summary>The longest run that is copied at once: 4 MiB, or one chunk. Writes to it wait.</summary>
    private const long MaxMergeSectors = 4L * 1024 * 1024 / Sectors.Size;

    private readonly List<ChunkWait> _untilMerged = [];
    private volatile SnapshotState? _merging;
    private MergeRequest? _mergeRequest;
    private bool _isPublished;
    private bool _isReadingArea;
    private bool _isMerged;
    private SectorRange _unsure;

    /// <summary>The snapshot that is merged, and stands for the origin; null: none, or it is invalid. May be asked by
    /// any thread.</summary>
    public SnapshotState? MergingNow => _merging is { } merging && merging.Map.Gate != SnapshotGate.Invalid
        ? merging
        : null;

    private bool IsMerging => _isReadingArea || _mergeRequest is not null;

    /// <summary>An area was read for the merge.</summary>
    /// <param name="area">All of it; empty: it could not be read.</param>
    public void AreaRead(ReadOnlySpan<byte> area)
    {
        _isReadingArea = false;
        if (area.IsEmpty)
        {
            FailMerge(SnapshotLoss.Metadata);
        }
        else
        {
            StoreOf(_merging!).StepBack(area);
            TryMerge();
        }

        Run();
    }

    /// <summary>A run was copied to the origin, and the origin was flushed.</summary>
    /// <param name="loss">What failed; null: nothing.</param>
    public void MergeCopied(SnapshotLoss? loss)
    {
        var request = _mergeRequest!;
        _changing.Remove(request);
        if (loss is { } failure)
        {
            FailMerge(failure);
            Settle(request, ChunkRefusal.Device);
        }
        else
        {
            request.Phase = ChunkRequestPhase.Committing;
            var commit = StoreOf(_merging!).ClearLast((int)request.Run.Count);
            _effects.Add(new OriginEffect.Commit(_merging!, commit));
        }

        Run();
    }

    private static PersistentStore StoreOf(SnapshotState snapshot) => (PersistentStore)snapshot.Store;

    private void MergeCleared(SnapshotState snapshot, StoreCommit commit, bool isDurable)
    {
        var request = _mergeRequest!;
        snapshot.Store.End(commit, isDurable);
        if (isDurable)
        {
            snapshot.Map.Remove(request.Run);
        }
        else
        {
            // Its exceptions may be gone after a restart or not: until then origin and store stay equal there.
            _unsure = request.Range;
            FailMerge(SnapshotLoss.Metadata);
        }

        Settle(request, isDurable ? ChunkRefusal.None : ChunkRefusal.Device);
    }

    private void TryMerge()
    {
        if (IsMerging
            || _isMerged
            || _barriers.Count > 0
            || Phase != DevicePhase.Running
            || MergingNow is not { Phase: DevicePhase.Running, HasMergeFailed: false } merging)
        {
            return;
        }

        switch (StoreOf(merging).NextMerge(Math.Max(1, MaxMergeSectors / merging.Layout.ChunkSectors)))
        {
            case MergeStep.Copy copy when merging.Map.Has(copy.Run):
                BeginRun(merging, copy.Run);
                break;
            case MergeStep.Copy:
                FailMerge(SnapshotLoss.Metadata);
                break;
            case MergeStep.Read read:
                _isReadingArea = true;
                _effects.Add(new OriginEffect.ReadArea(merging, read.Area));
                break;
            default:
                _isMerged = true;
                _effects.Add(new OriginEffect.Tell(merging, new SnapshotNotice.Merged()));
                break;
        }
    }

    private void BeginRun(SnapshotState merging, ExceptionRun run)
    {
        var start = merging.Layout.RangeOf(run.OldFirst).Start;
        var end = Math.Min(merging.Layout.RangeOf(run.OldFirst + run.Count - 1).End, merging.Length);
        _mergeRequest = new MergeRequest(run, SectorRange.Between(start, end));
        Enter(_mergeRequest);
        _ready.Enqueue(_mergeRequest);
    }

    /// <summary>All other snapshots keep what the run will overwrite. Writes to it wait from now on, and those under
    /// way end first.</summary>
    private void IssueMerge(ChunkRequest request)
    {
        _isPublished = true;
        if (_changing.Any(other => other.Range.Overlaps(request.Range) && UsesOrigin(other)))
        {
            return;
        }

        request.Phase = ChunkRequestPhase.InFlight;
        var start = _merging!.Layout.RangeOf(_mergeRequest!.Run.NewFirst).Start;
        _effects.Add(new OriginEffect.MergeCopy(_merging, start, request.Range));
    }

    /// <summary>Not the writes of other snapshots to their stores, which are none of a merge's business.</summary>
    private static bool UsesOrigin(ChunkRequest request) =>
        ChangesOrigin(request) || request.Pieces.Any(static piece => piece.Cow is null);

    private void ResumeDraining()
    {
        if (_isPublished && _mergeRequest is { Phase: ChunkRequestPhase.Waiting } request)
        {
            _ready.Enqueue(request);
        }
    }

    private void WaitForMerge(ChunkRequest request)
    {
        if (_isPublished && request != _mergeRequest && request.Range.Overlaps(_mergeRequest!.Range))
        {
            Wait(request, _untilMerged);
        }
    }

    /// <summary>What goes to the store where nobody knows whether the store still has it, goes to the origin too: and
    /// first, so that nobody reads from the store what a restart could take back.</summary>
    private void AddUnsure(List<ChunkPiece> pieces, ChunkPiece piece)
    {
        if (piece.Cow is not null && piece.Range.Intersect(_unsure) is { IsEmpty: false } unsure)
        {
            pieces.Add(new ChunkPiece(null, unsure, unsure.Start, piece.Action));
        }
    }

    private void EndMergeRequest(ChunkRefusal refusal)
    {
        (_mergeRequest, _isPublished) = (null, false);
        if (refusal is ChunkRefusal.NoRoom or ChunkRefusal.NotKept)
        {
            FailMerge(SnapshotLoss.OtherSnapshot);
        }

        if (refusal != ChunkRefusal.None)
        {
            Refuse(_untilMerged, ChunkRefusal.MergeFailed);
        }

        Release(_untilMerged);
        TryMerge();
    }

    private void FailMerge(SnapshotLoss loss)
    {
        if (_merging is { HasMergeFailed: false } merging)
        {
            merging.HasMergeFailed = true;
            _effects.Add(new OriginEffect.Tell(merging, new SnapshotNotice.MergeFailed(loss)));
        }
    }
}
