namespace Kcopyd.Core.Snapshots;

/// <summary>The decisions of an origin and all its snapshots: which write waits for which exception, where a request
/// goes, when exceptions are committed, what a failure means, what is merged next. Pure; one thread.</summary>
/// <remarks>
/// <para>Calls say what happened; <see cref="Take"/> gives what is to be done, in order. What the machine relies on,
/// and what others may rely on:</para>
/// <list type="bullet">
/// <item>a write of the origin is issued when every valid active snapshot has a durable exception for each of its
/// chunks, and no read of a snapshot reads those chunks from the origin;</item>
/// <item>or when the store of a snapshot that has none is marked invalid, as well as it could be;</item>
/// <item>exceptions are committed in the order of their chunks, after their data was written;</item>
/// <item>exceptions leave a merging snapshot after their data is durable in the origin;</item>
/// <item>a request is settled once.</item>
/// </list>
/// </remarks>
public sealed partial class OriginMachine
{
    private readonly List<SnapshotState> _snapshots = [];
    private readonly List<ChunkRequest> _parked = [];
    private readonly HashSet<ChunkRequest> _changing = [];
    private readonly Queue<ChunkRequest> _ready = [];
    private List<OriginEffect> _effects = [];
    private int _activeCount;

    /// <summary>An origin without snapshots, suspended.</summary>
    /// <param name="length">Its size; unit: sectors.</param>
    public OriginMachine(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
    }

    /// <summary>Its size; unit: sectors.</summary>
    public long Length { get; }

    /// <summary>Whether requests of the origin run.</summary>
    public DevicePhase Phase { get; private set; }

    /// <summary>Its snapshots, largest chunks first.</summary>
    public IReadOnlyList<SnapshotState> Snapshots => _snapshots;

    /// <summary>What is to be done since the last call, in order.</summary>
    public IReadOnlyList<OriginEffect> Take()
    {
        if (_effects.Count == 0)
        {
            return [];
        }

        var effects = _effects;
        _effects = [];
        return effects;
    }

    /// <summary>A request comes.</summary>
    public void Submit(ChunkRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Invariant.Holds(request.Phase == ChunkRequestPhase.Outside);
        Invariant.Holds(request.Kind is ChunkRequestKind.Read or ChunkRequestKind.Flush || !request.Range.IsEmpty);
        if (request.Snapshot is { IsLeaving: true })
        {
            _effects.Add(new OriginEffect.Settle(request, ChunkRefusal.Removed));
            return;
        }

        Admit(request);
        Run();
    }

    /// <summary>Whoever made a request gives it up.</summary>
    /// <returns>Whether it was taken back: nobody has it any more. False: it is in flight or over.</returns>
    public bool TryWithdraw(ChunkRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        switch (request.Phase)
        {
            case ChunkRequestPhase.Parked:
                Unpark(request);
                request.Phase = ChunkRequestPhase.Outside;
                return true;
            case ChunkRequestPhase.Waiting:
                Leave(request);
                Run();
                return true;
            default:
                return false;
        }
    }

    /// <summary>The devices answered a request.</summary>
    /// <param name="request">It.</param>
    /// <param name="succeeded">Whether all its pieces were done.</param>
    public void Ended(ChunkRequest request, bool succeeded)
    {
        ArgumentNullException.ThrowIfNull(request);
        Invariant.Holds(request.Phase == ChunkRequestPhase.InFlight);
        _changing.Remove(request);
        if (request.Owned is { } owned)
        {
            request.Phase = ChunkRequestPhase.Committing;
            request.Refusal = succeeded ? ChunkRefusal.None : ChunkRefusal.Device;
            EndOwned(request, owned, succeeded);
        }
        else
        {
            Settle(request, succeeded ? ChunkRefusal.None : ChunkRefusal.Device);
            CheckTransient(request, succeeded);
        }

        ResumeDraining();
        Run();
    }

    private void Admit(ChunkRequest request)
    {
        if (IsHeld(request))
        {
            Park(request);
            return;
        }

        Enter(request);
        _ready.Enqueue(request);
    }

    private void Enter(ChunkRequest request)
    {
        request.Phase = ChunkRequestPhase.Waiting;
        request.Refusal = ChunkRefusal.None;
        _activeCount += ChangesOrigin(request) ? 1 : 0;
        if (request.Snapshot is { } snapshot)
        {
            snapshot.ActiveCount++;
        }
    }

    private void Leave(ChunkRequest request)
    {
        (request.Phase, request.Owned) = (ChunkRequestPhase.Outside, null);
        request.Turn++;
        _activeCount -= ChangesOrigin(request) ? 1 : 0;
        if (request.Snapshot is { } snapshot)
        {
            snapshot.ActiveCount--;
        }
    }

    private void Settle(ChunkRequest request, ChunkRefusal refusal)
    {
        Leave(request);
        if (request.Kind == ChunkRequestKind.Merge)
        {
            EndMergeRequest(refusal);
        }
        else
        {
            _effects.Add(new OriginEffect.Settle(request, refusal));
        }
    }

    /// <summary>Evaluates all that have something new to find.</summary>
    private void Run()
    {
        do
        {
            while (_ready.TryDequeue(out var request))
            {
                GoOn(request);
            }
        }
        while (LetIn());
        Tidy();
    }

    /// <summary>Ends what waits until nothing is in flight.</summary>
    private void Tidy()
    {
        TryFinishSuspending();
        for (var i = _snapshots.Count - 1; i >= 0; i--)
        {
            TryFinishSuspending(_snapshots[i]);
            TryRemove(_snapshots[i]);
        }

        TryPassBarrier();
    }

    private void GoOn(ChunkRequest request)
    {
        if (request.Phase == ChunkRequestPhase.Committing)
        {
            Settle(request, RefusalOf(request));
        }
        else if (request.Phase == ChunkRequestPhase.Waiting)
        {
            Evaluate(request);
            (request.AdmittedTo, _crowded) = (null, null);
        }
    }

    private void Evaluate(ChunkRequest request)
    {
        (request.Waits, request.Turn) = (0, request.Turn + 1);
        if (request.Refusal != ChunkRefusal.None)
        {
            Settle(request, request.Refusal);
        }
        else if (request.Kind == ChunkRequestKind.Read)
        {
            Settle(request, ChunkRefusal.None);
        }
        else if (request.Kind == ChunkRequestKind.Flush)
        {
            Issue(request, FlushesOf(request));
        }
        else if (ChangesOrigin(request))
        {
            EvaluateOrigin(request);
        }
        else
        {
            EvaluateSnapshot(request, request.Snapshot!);
        }
    }

    private void EvaluateOrigin(ChunkRequest request)
    {
        if (request.Kind == ChunkRequestKind.Discard && MergingNow is not null)
        {
            // What a discard of a half merged origin would mean nobody can say.
            Settle(request, ChunkRefusal.None);
            return;
        }

        var pieces = PiecesOf(request);
        WaitForMerge(request);
        Protect(request, pieces);
        if (request.Refusal != ChunkRefusal.None)
        {
            Settle(request, request.Refusal);
        }
        else if (request.Waits > 0)
        {
            return;
        }
        else if (request.Kind == ChunkRequestKind.Merge)
        {
            IssueMerge(request);
        }
        else
        {
            Issue(request, pieces);
        }
    }

    private void Issue(ChunkRequest request, IReadOnlyList<ChunkPiece> pieces)
    {
        (request.Pieces, request.Phase) = (pieces, ChunkRequestPhase.InFlight);
        _changing.Add(request);
        _effects.Add(new OriginEffect.Issue(request));
    }

    /// <summary>Where a change of the origin goes: while a snapshot is merged, its chunks are changed in its
    /// store.</summary>
    private ChunkPiece[] PiecesOf(ChunkRequest request)
    {
        var action = request.Kind == ChunkRequestKind.Discard ? ChunkAction.Discard : ChunkAction.Write;
        if (request.Kind == ChunkRequestKind.Merge || MergingNow is not { } merging)
        {
            return [new ChunkPiece(null, request.Range, request.Range.Start, action)];
        }

        List<ChunkPiece> pieces = [];
        var (first, last) = merging.ChunksOf(request.Range);
        for (var chunk = first; chunk <= last;)
        {
            var run = merging.Map.FindRun(chunk, last + 1);
            var piece = PieceOf(merging, run, request.Range, action);
            AddUnsure(pieces, piece);
            pieces.Add(piece);
            chunk = run.OldEnd;
        }

        if (request.Range.End > merging.Length)
        {
            var rest = SectorRange.Between(Math.Max(request.Range.Start, merging.Length), request.Range.End);
            pieces.Add(new ChunkPiece(null, rest, rest.Start, action));
        }

        return [.. pieces];
    }

    /// <summary>The part of a range in a run of chunks.</summary>
    private static ChunkPiece PieceOf(SnapshotState snapshot, ExceptionRun run, SectorRange range, ChunkAction action)
    {
        var runStart = snapshot.Layout.RangeOf(run.OldFirst).Start;
        var runEnd = Math.Min(snapshot.Layout.RangeOf(run.OldFirst + run.Count - 1).End, snapshot.Length);
        var start = Math.Max(range.Start, runStart);
        var part = SectorRange.Between(start, Math.Min(range.End, runEnd));
        return !run.IsMapped
            ? new ChunkPiece(null, part, start, action)
            : new ChunkPiece(
                snapshot, part, snapshot.Layout.RangeOf(run.NewFirst).Start + start - runStart, action);
    }

    private List<ChunkPiece> FlushesOf(ChunkRequest request)
    {
        List<ChunkPiece> pieces = [];
        if (ChangesOrigin(request))
        {
            pieces.Add(new ChunkPiece(null, default, 0, ChunkAction.Flush));
        }

        if ((ChangesOrigin(request) ? MergingNow : request.Snapshot) is { } snapshot)
        {
            pieces.Add(new ChunkPiece(snapshot, default, 0, ChunkAction.Flush));
        }

        return pieces;
    }

    /// <summary>A merging snapshot is the origin to whoever uses it.</summary>
    private static bool ChangesOrigin(ChunkRequest request) => request.Snapshot is null or { IsMerging: true };

    private static ChunkRefusal RefusalOf(ChunkRequest request) =>
        request.Refusal == ChunkRefusal.None && request.Snapshot is { IsValid: false }
            ? ChunkRefusal.Invalid
            : request.Refusal;
}
