using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <content>What the machine wants.</content>
internal sealed partial class OriginWorld
{
    private void Run(OriginEffect effect)
    {
        switch (effect)
        {
            case OriginEffect.Issue e:
                Issue((SimulatedChunkRequest)e.Request);
                break;
            case OriginEffect.Settle e:
                Settle((SimulatedChunkRequest)e.Request, e.Refusal);
                break;
            case OriginEffect.Fill e:
                Fill(e.Copy);
                break;
            case OriginEffect.Commit e:
                Commit(Of(e.Snapshot), e.Changes);
                break;
            case OriginEffect.MarkInvalid e:
                Assert.False(Of(e.Snapshot).IsBeingMarked);
                Of(e.Snapshot).IsBeingMarked = true;
                break;
            case OriginEffect.FlushForBarrier:
                Assert.False(_isFlushingBarrier);
                Assert.DoesNotContain(_inFlight, request => ViewOf(request.Snapshot) == _view);
                _isFlushingBarrier = true;
                break;
            case OriginEffect.Activated e:
                Activated(Of(e.Snapshot), e.Succeeded);
                break;
            case OriginEffect.Suspended e:
                Suspended(e.Snapshot is null ? null : Of(e.Snapshot));
                break;
            case OriginEffect.Removed e:
                Removed(Of(e.Snapshot));
                break;
            case OriginEffect.ReadArea e:
                Assert.True(_areaRead is null && _mergeCopy is null);
                Assert.Equal(DevicePhase.Running, e.Snapshot.Phase);
                _areaRead = e;
                Counts.AreaReads++;
                break;
            case OriginEffect.MergeCopy e:
                Merge(Of(e.Snapshot), e);
                break;
            case OriginEffect.Tell e:
                Told(Of(e.Snapshot), e.Notice);
                break;
        }
    }

    private void Issue(SimulatedChunkRequest request)
    {
        request.WasIssued = true;
        _inFlight.Add(request);
        foreach (var piece in request.Pieces)
        {
            request.Begun.Add((DiskOf(piece).Tick, DiskOf(piece).Epoch));
            if (piece.Cow is null && piece.Action != ChunkAction.Flush)
            {
                Assert.Same(_view, ViewOf(request.Snapshot));
                CheckKept(piece.Range, request);
            }
        }

        if (request.Kind == ChunkRequestKind.Flush)
        {
            request.Promised = ViewOf(request.Snapshot).Promise();
        }
        else
        {
            CheckPieces(request);
        }

        foreach (var exception in request.Owned ?? [])
        {
            exception.WriteEpoch = Of(exception.Snapshot).Disk.Epoch;
        }

        if (Merging is { State.Phase: DevicePhase.Suspended } or { State.Phase: DevicePhase.Running })
        {
            Assert.True(
                ViewOf(request.Snapshot) != _view
                || (Merging!.State.Phase != DevicePhase.Suspended && _machine.Phase != DevicePhase.Suspended)
                || !Merging.State.IsValid);
        }
    }

    private SimulatedDisk DiskOf(ChunkPiece piece) => piece.Cow is { } state ? Of(state).Disk : _origin;

    /// <summary>The pieces are the request, or, of a discard, no more than it.</summary>
    private static void CheckPieces(SimulatedChunkRequest request)
    {
        var covered = new HashSet<long>();
        foreach (var piece in request.Pieces)
        {
            Assert.False(piece.Range.IsEmpty);
            Assert.True(request.Range.Contains(piece.Range), $"{request} has {piece}");
            for (var sector = piece.Range.Start; sector < piece.Range.End; sector++)
            {
                covered.Add(sector);
            }
        }

        Assert.True(request.Kind == ChunkRequestKind.Discard || covered.Count == request.Range.Count, $"{request}");
    }

    /// <summary>Nobody needs what a range of the origin holds.</summary>
    private void CheckKept(SectorRange range, object why)
    {
        foreach (var snapshot in _snapshots.Where(one => one.IsActive && !one.IsMerge && !one.IsLeaving))
        {
            // It may have become invalid since this was decided.
            var end = Math.Min(range.End, snapshot.Length);
            var isLost = !snapshot.State.IsValid
                && (!snapshot.IsPersistent || snapshot.HasMarkFailed || IsMarked(snapshot));
            for (var sector = range.Start; sector < end; sector++)
            {
                var chunk = snapshot.Layout.ChunkOf(sector);
                Assert.True(isLost || snapshot.Keeps(chunk), $"{why}: {snapshot} does not keep chunk {chunk}");
            }

            Assert.DoesNotContain(
                _reads.Where(read => read.Snapshot == snapshot && snapshot.State.IsValid)
                    .SelectMany(snapshot.SectorsOnOrigin),
                sector => sector >= range.Start && sector < end);
        }
    }

    private void Settle(SimulatedChunkRequest request, ChunkRefusal refusal)
    {
        Assert.True(_open.Remove(request), $"{request} is settled twice");
        Assert.DoesNotContain(request, _inFlight);
        Assert.Equal(ChunkRequestPhase.Outside, request.Phase);
        CheckRefusal(request, refusal);
        if (refusal == ChunkRefusal.None && request.Kind == ChunkRequestKind.Flush)
        {
            ViewOf(request.Snapshot).Flushed(request.Promised);
        }
        else if (request.Changes)
        {
            Assert.True(request.WasIssued || refusal != ChunkRefusal.None || request.Kind == ChunkRequestKind.Discard);
            var isDone = refusal == ChunkRefusal.None && request.Kind == ChunkRequestKind.Write;
            ViewOf(request.Snapshot).End(request, sector =>
            {
                if (isDone)
                {
                    sector.Done();
                }
                else if (request.WasIssued)
                {
                    sector.Failed();
                }
                else
                {
                    sector.Undone();
                }
            });
        }
    }

    private void CheckRefusal(SimulatedChunkRequest request, ChunkRefusal refusal)
    {
        Counts.Refusals += refusal is ChunkRefusal.NoRoom or ChunkRefusal.NotKept ? 1 : 0;
        var isOfOrigin = ViewOf(request.Snapshot) == _view;
        var isGood = refusal switch
        {
            ChunkRefusal.None => !request.HasDeviceFailed,
            ChunkRefusal.Device => request.HasDeviceFailed,
            ChunkRefusal.Invalid =>
                !isOfOrigin && Of(request.Snapshot!) is { State.IsValid: false } or { IsHandedOver: true },
            ChunkRefusal.Overflowed => !isOfOrigin && Of(request.Snapshot!).State.IsOverflowed,
            ChunkRefusal.MergeFailed => isOfOrigin && Merging is { State.HasMergeFailed: true },
            ChunkRefusal.Removed => request.Snapshot is { } state && Of(state).IsLeaving,
            _ => !isOfOrigin || _snapshots.Exists(one => one.Policy.OnFailure == SnapshotFailurePolicy.FailWrite),
        };
        Assert.True(isGood, $"{request}: {refusal}");
    }

    private void Fill(ChunkFill copy)
    {
        Assert.Equal(copy.Targets.Length, copy.Targets.DistinctBy(target => target.Snapshot).Count());
        foreach (var target in copy.Targets)
        {
            Assert.Equal(target.Snapshot.Layout.RangeOf(target.Exceptions[0].NewChunk).Start, target.Start);
            Assert.Equal(target.Snapshot.Layout.RangeOf(target.Exceptions[0].OldChunk).Start, copy.Source.Start);
            Assert.True(target.Start + copy.Source.Count <= Of(target.Snapshot).Disk.Sectors);
            foreach (var (index, exception) in target.Exceptions.Index())
            {
                Assert.Equal(target.Exceptions[0].NewChunk + index, exception.NewChunk);
                Assert.Equal(target.Exceptions[0].OldChunk + index, exception.OldChunk);
                exception.WriteEpoch = Of(target.Snapshot).Disk.Epoch;
            }
        }

        _fills.Add(new SimulatedCopy(
            _origin, copy.Source, [.. copy.Targets.Select(one => (Of(one.Snapshot).Disk, (int)one.Start))], copy));
    }

    private void Commit(SimulatedSnapshot snapshot, StoreCommit changes)
    {
        Assert.Null(snapshot.Commit);
        Assert.True(snapshot.IsPersistent);
        Counts.Areas += changes.NextArea is null ? 0 : 1;
        Counts.Cleanings += changes.Exceptions.Count == 0 && !snapshot.IsMerge ? 1 : 0;
        snapshot.Commit = new SimulatedCommit(
            snapshot, changes, _bytes, Fails, lost => Lose(snapshot.Disk, lost));
    }

    private void Merge(SimulatedSnapshot snapshot, OriginEffect.MergeCopy merge)
    {
        Assert.True(_areaRead is null && _mergeCopy is null);
        Assert.False(_machine.Phase == DevicePhase.Suspended || snapshot.State.Phase == DevicePhase.Suspended);
        Assert.DoesNotContain(_inFlight, request =>
            ViewOf(request.Snapshot) == _view && request.Changes && request.Range.Overlaps(merge.Target));
        CheckKept(merge.Target, "merging");
        Counts.Runs++;
        _mergeCopy = new SimulatedCopy(
            snapshot.Disk,
            SectorRange.Create(merge.Start, merge.Target.Count),
            [(_origin, (int)merge.Target.Start)],
            merge);
    }

    private void Told(SimulatedSnapshot snapshot, SnapshotNotice notice)
    {
        switch (notice)
        {
            case SnapshotNotice.Invalidated:
                Assert.True(
                    snapshot.Policy.OnFailure == SnapshotFailurePolicy.InvalidateSnapshot || !snapshot.IsPersistent);
                Counts.Invalidations++;
                break;
            case SnapshotNotice.Overflowed:
                Assert.Equal(SnapshotStoreKind.PersistentOverflow, snapshot.Spec.Kind);
                Counts.Overflows++;
                break;
            case SnapshotNotice.Merged:
                Assert.Equal(0, snapshot.State.Map.Count);
                Assert.True(snapshot.State.Status.IsMerged);
                Counts.Merges++;
                break;
            case SnapshotNotice.MergeFailed:
                Counts.MergeFailures++;
                break;
        }
    }
}
