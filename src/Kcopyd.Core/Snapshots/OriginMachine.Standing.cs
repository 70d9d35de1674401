namespace Kcopyd.Core.Snapshots;

/// <summary>Snapshots that come and go, suspend and resume, fill up and fail.</summary>
public sealed partial class OriginMachine
{
    private readonly Queue<(SnapshotState Snapshot, bool IsMerge)> _barriers = [];
    private readonly List<ChunkRequest> _gated = [];
    private bool _isFlushingBarrier;
    private bool _isCleaningForMerge;

    /// <summary>A snapshot was loaded. It does nothing before <see cref="Activate"/>.</summary>
    public void Add(SnapshotState snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var index = _snapshots.FindIndex(other => other.Layout.ChunkSectors < snapshot.Layout.ChunkSectors);
        _snapshots.Insert(index < 0 ? _snapshots.Count : index, snapshot);
        WarnOfFill(snapshot, isNew: false);
    }

    /// <summary>Changes of the origin that come from now on do not change what a snapshot shows: those under way end
    /// first. Or: the snapshot, which is suspended, begins to be merged, and stands for the origin.</summary>
    /// <remarks>Ends with <see cref="OriginEffect.Activated"/>. From then on a snapshot that is merged and its origin
    /// are one device: requests of both wait while either is suspended.</remarks>
    public void Activate(SnapshotState snapshot, bool isMerge)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Invariant.Holds(!isMerge || (_merging is null && snapshot.Store.IsPersistent));
        Invariant.Holds(!isMerge || snapshot.Phase == DevicePhase.Suspended);
        Invariant.Holds(!isMerge || _barriers.All(static barrier => !barrier.IsMerge));
        _barriers.Enqueue((snapshot, isMerge));
        Run();
    }

    /// <summary>The origin was flushed before a snapshot is activated.</summary>
    public void BarrierFlushed(bool succeeded)
    {
        _isFlushingBarrier = false;
        EndBarrier(succeeded);
        Run();
    }

    /// <summary>Requests that come wait from now on. Ends with <see cref="OriginEffect.Suspended"/>.</summary>
    /// <param name="snapshot">Whose; null: the origin's.</param>
    public void Suspend(SnapshotState? snapshot)
    {
        if (snapshot is null)
        {
            Invariant.Holds(Phase == DevicePhase.Running);
            Phase = DevicePhase.Suspending;
        }
        else
        {
            Invariant.Holds(snapshot.Phase == DevicePhase.Running);
            snapshot.Phase = DevicePhase.Suspending;
            snapshot.Map.Set(SnapshotGate.Held);
        }

        Run();
    }

    /// <summary>Requests run.</summary>
    /// <param name="snapshot">Whose; null: the origin's.</param>
    public void Resume(SnapshotState? snapshot)
    {
        if (snapshot is null)
        {
            Phase = DevicePhase.Running;
        }
        else
        {
            snapshot.Phase = DevicePhase.Running;
            snapshot.Map.Set(SnapshotGate.Open);
            Readmit(snapshot.Parked);
        }

        Readmit(_parked);
        Readmit(_merging?.Parked ?? []);
        TryMerge();
        Run();
    }

    /// <summary>A suspended snapshot goes: changes of the origin do not wait for it any more. Ends with
    /// <see cref="OriginEffect.Removed"/>.</summary>
    /// <remarks>Requests that wait until it runs are refused. If it was being merged, the origin is from now on what
    /// has been merged of it.</remarks>
    public void Remove(SnapshotState snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Invariant.Holds(snapshot.Phase == DevicePhase.Suspended);
        (snapshot.IsActive, snapshot.IsLeaving) = (false, true);
        if (_merging == snapshot)
        {
            _merging = null;
        }

        RefuseParked(snapshot, ChunkRefusal.Removed);
        Readmit(_parked);
        Run();
    }

    /// <summary>A suspended snapshot goes on under another table. What waits for it fails: it was meant for the old
    /// one.</summary>
    public void HandOver(SnapshotState snapshot, SnapshotStoreSpec spec, SnapshotPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Invariant.Holds(snapshot.Phase == DevicePhase.Suspended && !snapshot.IsMerging);
        (snapshot.Spec, snapshot.Policy) = (spec, policy);
        snapshot.IsOverflowed = false;
        RefuseParked(snapshot, ChunkRefusal.Invalid);
    }

    private void EndBarrier(bool succeeded)
    {
        var (snapshot, isMerge) = _barriers.Dequeue();
        var isActivated = succeeded && !snapshot.IsLeaving;
        if (isActivated)
        {
            snapshot.IsActive = true;
            snapshot.IsMerging = isMerge;
        }

        if (isActivated && isMerge)
        {
            Invariant.Holds(snapshot.ActiveCount == 0);
            (_merging, _isMerged, _unsure) = (snapshot, false, default);
        }

        _effects.Add(new OriginEffect.Activated(snapshot, isActivated));
        if (_barriers.Count == 0)
        {
            Readmit(_gated);
            TryMerge();
        }
    }

    private bool IsHeld(ChunkRequest request) => IsStill(request) || IsGated(request);

    private bool IsStill(ChunkRequest request) =>
        request.Snapshot is { Phase: not DevicePhase.Running }
        || (ChangesOrigin(request)
            && (Phase != DevicePhase.Running || MergingNow is { Phase: not DevicePhase.Running }));

    private bool IsGated(ChunkRequest request) =>
        _barriers.Count > 0 && request.Kind != ChunkRequestKind.Read && ChangesOrigin(request);

    private void Park(ChunkRequest request)
    {
        request.Phase = ChunkRequestPhase.Parked;
        ParkingOf(request, isGated: !IsStill(request)).Add(request);
    }

    private void Unpark(ChunkRequest request)
    {
        var isFound = _gated.Remove(request) || ParkingOf(request, isGated: false).Remove(request);
        Invariant.Holds(isFound);
    }

    private List<ChunkRequest> ParkingOf(ChunkRequest request, bool isGated) =>
        isGated ? _gated : request.Snapshot?.Parked ?? _parked;

    private void RefuseParked(SnapshotState snapshot, ChunkRefusal refusal)
    {
        foreach (var request in _gated.Where(request => request.Snapshot == snapshot).Concat(snapshot.Parked))
        {
            request.Phase = ChunkRequestPhase.Outside;
            _effects.Add(new OriginEffect.Settle(request, refusal));
        }

        _gated.RemoveAll(request => request.Snapshot == snapshot);
        snapshot.Parked.Clear();
    }

    private void Readmit(List<ChunkRequest> parked)
    {
        ChunkRequest[] requests = [.. parked];
        parked.Clear();
        foreach (var request in requests)
        {
            request.Phase = ChunkRequestPhase.Outside;
            Admit(request);
        }
    }

    private void TryPassBarrier()
    {
        if (_isFlushingBarrier || _activeCount > 0 || !_barriers.TryPeek(out var barrier))
        {
            return;
        }

        if (barrier is { IsMerge: true, Snapshot.IsIdle: false })
        {
            return;
        }

        // What the origin holds where a failed commit left an exception counts from then on: the exception must not.
        if (barrier is { IsMerge: true, Snapshot: { IsValid: true } snapshot }
            && snapshot.Store.BeginCleaning() is { } clean)
        {
            _isCleaningForMerge = true;
            _effects.Add(new OriginEffect.Commit(snapshot, clean));
            return;
        }

        _isFlushingBarrier = true;
        _effects.Add(new OriginEffect.FlushForBarrier());
    }

    private void CleanedForMerge(bool isDurable)
    {
        if (_isCleaningForMerge && !isDurable)
        {
            EndBarrier(succeeded: false);
        }

        _isCleaningForMerge = false;
    }

    private void TryFinishSuspending()
    {
        if (Phase == DevicePhase.Suspending && _activeCount == 0 && !IsMerging)
        {
            Phase = DevicePhase.Suspended;
            _effects.Add(new OriginEffect.Suspended(null));
        }
    }

    private void TryFinishSuspending(SnapshotState snapshot)
    {
        if (snapshot.Phase == DevicePhase.Suspending
            && snapshot.ActiveCount == 0
            && !snapshot.Map.HasReaders()
            && (snapshot != MergingNow || (_activeCount == 0 && !IsMerging)))
        {
            snapshot.Phase = DevicePhase.Suspended;
            _effects.Add(new OriginEffect.Suspended(snapshot));
        }
    }

    private void TryRemove(SnapshotState snapshot)
    {
        if (snapshot is { IsLeaving: true, IsIdle: true } && !IsInBarrier(snapshot) && _snapshots.Remove(snapshot))
        {
            _effects.Add(new OriginEffect.Removed(snapshot));
        }
    }

    private bool IsInBarrier(SnapshotState snapshot) => _barriers.Any(barrier => barrier.Snapshot == snapshot);

    private void MeetNoRoom(ChunkRequest request, SnapshotState snapshot)
    {
        var isOwn = request.Snapshot == snapshot;
        if (snapshot.Policy.OnFailure == SnapshotFailurePolicy.FailWrite)
        {
            request.Refusal = ChunkRefusal.NoRoom;
            if (!snapshot.IsFull)
            {
                snapshot.IsFull = true;
                _effects.Add(new OriginEffect.Tell(snapshot, new SnapshotNotice.Full()));
            }
        }
        else if (isOwn && snapshot.Spec.Kind == SnapshotStoreKind.PersistentOverflow)
        {
            (snapshot.IsOverflowed, request.Refusal) = (true, ChunkRefusal.NoRoom);
            _effects.Add(new OriginEffect.Tell(snapshot, new SnapshotNotice.Overflowed()));
        }
        else
        {
            Invalidate(snapshot, SnapshotLoss.NoRoom);
            request.Refusal = isOwn ? ChunkRefusal.NoRoom : request.Refusal;
        }
    }

    /// <summary>A snapshot shows nothing any more. What waits for its exceptions goes on when its store is marked.
    /// </summary>
    private void Invalidate(SnapshotState snapshot, SnapshotLoss loss)
    {
        snapshot.IsValid = false;
        snapshot.Map.Set(SnapshotGate.Invalid);
        snapshot.Store.Abandon();
        ChunkException[] pending = [.. snapshot.Pending.Values];
        snapshot.Pending.Clear();
        snapshot.Draining.Clear();
        if (snapshot.Store.IsPersistent)
        {
            snapshot.IsMarking = true;
            _effects.Add(new OriginEffect.MarkInvalid(snapshot));
        }

        _effects.Add(new OriginEffect.Tell(snapshot, new SnapshotNotice.Invalidated(loss)));
        foreach (var exception in pending)
        {
            Release(exception.Waiters);
        }

        while (snapshot.Crowd.TryDequeue(out var waiting))
        {
            Release(waiting.Wait);
        }
    }

    /// <summary>A flush that failed may have lost data of a transient store, which nobody flushed before, and nobody
    /// will write again: the snapshot is invalid, whatever its policy says.</summary>
    private void CheckTransient(ChunkRequest request, bool succeeded)
    {
        if (!succeeded
            && request.Kind == ChunkRequestKind.Flush
            && request.Snapshot is { IsValid: true, Store.IsPersistent: false } snapshot)
        {
            Invalidate(snapshot, SnapshotLoss.DataWrite);
        }
    }

    private void WarnOfFill(SnapshotState snapshot, bool isNew)
    {
        var warnings = snapshot.Policy.FillWarnings;
        var percent = snapshot.Store.CowSectors == 0
            ? 0
            : (long)((Int128)snapshot.Store.AllocatedSectors * 100 / snapshot.Store.CowSectors);
        var given = snapshot.WarningsGiven;
        while (snapshot.WarningsGiven < warnings.Length && percent >= warnings[snapshot.WarningsGiven])
        {
            snapshot.WarningsGiven++;
        }

        if (isNew && snapshot.WarningsGiven > given)
        {
            var reached = warnings[snapshot.WarningsGiven - 1];
            _effects.Add(new OriginEffect.Tell(snapshot, new SnapshotNotice.Filling(reached)));
        }
    }
}
