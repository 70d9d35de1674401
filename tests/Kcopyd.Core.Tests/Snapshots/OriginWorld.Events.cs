using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <content>Requests and reads, and how all that is in flight goes on.</content>
internal sealed partial class OriginWorld
{
    private void SubmitChange()
    {
        var snapshot = AnySnapshot();
        if (_random.Next(2) == 0 || snapshot is { View: null } or { IsLeaving: true })
        {
            snapshot = null;
        }

        var view = ViewOf(snapshot?.State);
        var length = Math.Min(view.Length, snapshot?.Length ?? _length);
        var (first, end) = RangeIn(length, snapshot?.Layout ?? AnySnapshot()?.Layout);
        if (!view.IsBusy(first, end))
        {
            var kind = _random.Next(12) == 0 ? ChunkRequestKind.Discard : ChunkRequestKind.Write;
            Submit(new SimulatedChunkRequest(kind, snapshot?.State, SectorRange.Between(first, end), ++_number));
        }
    }

    /// <summary>Some sectors, some of one chunk, or whole chunks.</summary>
    private (int First, int End) RangeIn(int length, CowLayout? layout)
    {
        var first = _random.Next(length);
        var count = 1 + _random.Next(_random.Next(3) == 0 ? 24 : 3);
        if (layout is not null && _random.Next(3) == 0)
        {
            first -= first % layout.ChunkSectors;
            count = layout.ChunkSectors * (1 + _random.Next(_random.Next(3) == 0 ? 4 : 1));
        }

        return (first, Math.Min(length, first + count));
    }

    private void SubmitOther()
    {
        var snapshot = _snapshots.Find(one => one is { View: not null, IsLeaving: false } && _random.Next(2) == 0);
        var kind = _random.Next(4) == 0 ? ChunkRequestKind.Read : ChunkRequestKind.Flush;
        Submit(new SimulatedChunkRequest(kind, snapshot?.State, default, ++_number));
    }

    private void Submit(SimulatedChunkRequest request)
    {
        _open.Add(request);
        if (request.Changes)
        {
            ViewOf(request.Snapshot).Begin(request);
        }

        Do(machine => machine.Submit(request));
    }

    private void Withdraw()
    {
        if (_open.Count == 0)
        {
            return;
        }

        var request = _open[_random.Next(_open.Count)];
        Do(machine =>
        {
            var isBack = machine.TryWithdraw(request);
            Assert.Equal(isBack, !request.WasIssued);
            if (isBack)
            {
                TakeBack(request);
            }
        });
    }

    private void TakeBack(SimulatedChunkRequest request)
    {
        Assert.True(_open.Remove(request));
        if (request.Changes)
        {
            ViewOf(request.Snapshot).End(request, static sector => sector.Undone());
        }
    }

    private void BeginRead()
    {
        var snapshot = _snapshots.Find(one => one is { View: not null, IsLeaving: false } && _random.Next(2) == 0);
        if (snapshot is null or { IsMerge: true })
        {
            BeginOriginRead();
            return;
        }

        var (first, end) = RangeIn(snapshot.Length, snapshot.Layout);
        var gate = snapshot.State.Map.Begin(
            snapshot.Layout.ChunkOf(first), snapshot.Layout.ChunkOf(end - 1), out var read);
        Assert.Equal(gate == SnapshotGate.Invalid, !snapshot.State.IsValid);
        if (gate == SnapshotGate.Open)
        {
            var places = Places(snapshot, read!.Runs).Where(place => place.Sector >= first && place.Sector < end);
            _reads.Add(new SimulatedRead(snapshot.View!, _number, places) { Snapshot = snapshot, Token = read });
        }
    }

    private void BeginOriginRead()
    {
        if (_machine.Phase == DevicePhase.Running && Merging is null or { State.Map.Gate: SnapshotGate.Open })
        {
            var (first, end) = RangeIn(_length, AnySnapshot()?.Layout);
            _reads.Add(new SimulatedRead(_view, _number, OriginPlaces(first, end)));
        }
    }

    private void GoOnReading()
    {
        if (_reads.Count == 0)
        {
            return;
        }

        var read = _reads[_random.Next(_reads.Count)];
        if (_hasFaults && _random.Next(3) != 0)
        {
            read.TryReadOne();
            return;
        }

        while (read.TryReadOne())
        {
        }

        _reads.Remove(read);
        var end = read.Snapshot?.State.Map.End(read.Token!) ?? new SnapshotReadEnd(IsGood: true, IsAwaited: false);
        Assert.True(!end.IsGood || read.Wrong.Count == 0, $"{read.Snapshot}: {string.Join("; ", read.Wrong)}");
        if (end.IsAwaited)
        {
            Counts.AwaitedReads++;
            Do(machine => machine.ReadEnded(read.Snapshot!.State));
        }
    }

    /// <summary>A part of something in flight is carried out.</summary>
    private void ApplySome()
    {
        if (_inFlight.Count > 0)
        {
            var request = _inFlight[_random.Next(_inFlight.Count)];
            Apply(request, request.Pieces[_random.Next(request.Pieces.Count)], isWhole: false);
        }

        if (_fills.Count > 0)
        {
            _fills[_random.Next(_fills.Count)].Some(_random);
        }

        _mergeCopy?.Some(_random);
        Check();
    }

    private void Apply(SimulatedChunkRequest request, ChunkPiece piece, bool isWhole)
    {
        var disk = DiskOf(piece);
        for (var sector = (int)piece.Range.Start; sector < piece.Range.End; sector++)
        {
            var at = (int)piece.Start + sector - (int)piece.Range.Start;
            if (isWhole && piece.Action != ChunkAction.Discard)
            {
                disk.Write(at, piece.Action == ChunkAction.Zero ? 0 : request.ValueAt(sector));
            }
            else
            {
                disk.WriteSome(at, request.ValueAt(sector));
            }
        }
    }

    private void EndRequest()
    {
        if (_inFlight.Count == 0)
        {
            return;
        }

        var request = _inFlight[_random.Next(_inFlight.Count)];
        _inFlight.Remove(request);
        foreach (var (piece, begun) in request.Pieces.Zip(request.Begun))
        {
            var isDone = piece.Action == ChunkAction.Flush ? Flush(DiskOf(piece), begun) : !Fails();
            request.HasDeviceFailed |= !isDone;
            if (piece.Action != ChunkAction.Flush)
            {
                Apply(request, piece, isDone);
            }
        }

        Do(machine => machine.Ended(request, !request.HasDeviceFailed));
    }

    private bool Flush(SimulatedDisk disk, (long Tick, int Epoch) begun)
    {
        if (begun.Epoch != disk.Epoch)
        {
            return false;
        }

        if (Fails())
        {
            Lose(disk, disk.FailFlush());
            return false;
        }

        disk.Flush(begun.Tick);
        return true;
    }

    private void EndFill()
    {
        if (_fills.Count == 0)
        {
            return;
        }

        var fill = _fills[_random.Next(_fills.Count)];
        _fills.Remove(fill);
        var isSourceBad = Fails();
        var failed = 0L;
        for (var i = 0; i < fill.Targets.Count; i++)
        {
            var isBad = isSourceBad || Fails();
            fill.Write(i, !isBad);
            failed |= isBad ? 1L << i : 0;
        }

        Do(machine => machine.Filled((ChunkFill)fill.What, isSourceBad, isSourceBad ? 0 : failed));
    }

    private void GoOnCommitting()
    {
        var snapshots = _snapshots.FindAll(static snapshot => snapshot.Commit is not null);
        if (snapshots.Count == 0)
        {
            return;
        }

        var snapshot = snapshots[_random.Next(snapshots.Count)];
        if (snapshot.Commit is { } commit && commit.Go() is { } isDurable)
        {
            snapshot.Commit = null;
            snapshot.Kept.UnionWith(
                isDurable ? commit.Changes.Exceptions.Select(static exception => exception.OldChunk) : []);
            Do(machine => machine.Committed(snapshot.State, commit.Changes, isDurable));
        }
    }

    private void GoOnMerging()
    {
        if (_areaRead is { } read)
        {
            _areaRead = null;
            var area = Fails() ? [] : AreaOf(Of(read.Snapshot), read.Area);
            Do(machine => machine.AreaRead(area));
        }
        else if (_mergeCopy is { } copy)
        {
            _mergeCopy = null;
            var (readFails, writeFails) = (Fails(), Fails());
            copy.Write(0, isWhole: !readFails && !writeFails);
            var loss = readFails ? SnapshotLoss.DataRead
                : writeFails || !Flush(_origin, (_origin.Tick, copy.Epochs[0])) ? SnapshotLoss.OriginWrite
                : default(SnapshotLoss?);
            Do(machine => machine.MergeCopied(loss));
        }
    }
}
