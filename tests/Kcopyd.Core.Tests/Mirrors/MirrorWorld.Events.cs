using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

/// <content>What can happen.</content>
internal sealed partial class MirrorWorld
{
    private bool _hasFaults = true;

    /// <summary>Without faults from here on: everything ends, everything is in sync, all legs hold the same.</summary>
    public void Calm()
    {
        _hasFaults = false;
        SetPermits(_policy.Recoveries);
        Finish();
        if (_machine.Phase == MirrorPhase.Suspended)
        {
            Resume();
            Finish();
        }

        for (var round = 0;
            round < 4 && (_machine.HeldCount > 0 || _machine.LogHasFailed || _machine.FlushHasFailed);
            round++)
        {
            Do(machine => machine.Suspend(_random.Next(2) == 0));
            Finish();
            Resume();
            Finish();
        }

        Assert.True(_open.Count == 0, $"{_machine.Phase}, {_machine.HeldCount} held: {string.Join(", ", _open)}");
        Assert.True(_machine.Contents.IsInSync, "not in sync");
        Assert.Equal(0, _machine.DirtyCount);
        for (var region = 0; region < _geometry.RegionCount; region++)
        {
            Assert.True(_log.MayBeClean(region) && _machine.AtRest[region], $"region {region} is not clean");
        }
    }

    public void CutPower()
    {
        if (_isUnprotected)
        {
            return;
        }

        Cuts++;
        while (_inFlight.Exists(request => request.Kind != RegionRequestKind.Flush) && _random.Next(3) != 0)
        {
            ApplySome();
        }

        var first = _machine.Legs.Default;
        _legs = [_table[first], .. _table.Where((_, leg) => leg != first)];
        _table = [.. _legs];
        Array.ForEach(_legs, leg => leg.CutPower());
        _open.Clear();
        _inFlight.Clear();
        _works.Clear();
        var clean = _log.CutPower();
        (_isFlushing, _isCleaningAsked, _isRetryAsked, _hasFailedSinceCut) = (false, false, false, false);
        for (var slot = 0; slot < _geometry.Length; slot++)
        {
            _oracle.SeesCut(slot, _legs[0].Durable(slot));
        }

        _mayDiffer = Inverse(clean);
        _machine = new MirrorMachine(_geometry, _legs.Length, _policy, clean);
        _unsaved = 0;
        Do(machine => machine.Resume());
    }

    private LegMask Faults(LegMask legs)
    {
        var failed = LegMask.None;
        foreach (var leg in legs.Legs())
        {
            failed = Fails() ? failed.With(leg) : failed;
        }

        _hasFailedSinceCut |= !failed.IsEmpty;
        return failed;
    }

    private bool Fails() => _hasFaults && _random.NextDouble() < _faults;

    private void Finish()
    {
        for (var step = 0; step < 10_000; step++)
        {
            if (!TryFinishOne())
            {
                return;
            }
        }

        Assert.Fail("no end");
    }

    private bool TryFinishOne()
    {
        var before = (_inFlight.Count, _log.UnderWay, _isFlushing, _works.Count, _isCleaningAsked, _isRetryAsked);
        if (before == (0, null, false, 0, false, false))
        {
            return false;
        }

        EndRequest();
        EndCommit();
        EndLegFlush();
        EndWork();
        CleanDue();
        RetryDue();
        return true;
    }

    private void Submit()
    {
        var first = _random.Next((int)_geometry.Length);
        var last = Math.Min((int)_geometry.Length - 1, first + _random.Next(_random.Next(4) == 0 ? 8 : 2));
        if (!_open.Exists(request => request.Touches(first, last)))
        {
            var regions = new RegionRun(_geometry.RegionOf(first), _geometry.RegionOf(last));
            var kind = _random.Next(10) == 0 ? RegionRequestKind.Discard : RegionRequestKind.Write;
            Submit(new SimulatedRequest(kind, regions, SectorRange.Between(first, last + 1))
            {
                Version = ++_version,
            });
        }
    }

    private void Submit(RegionRequestKind kind) => Submit(new SimulatedRequest(kind, default, default));

    private void Submit(SimulatedRequest request)
    {
        _open.Add(request);
        _oracle.Submitted(request);
        Do(machine => machine.Submit(request));
    }

    /// <summary>A part of a request, or of a work, is carried out.</summary>
    private void ApplySome()
    {
        var writes = _inFlight.Where(request => request.Kind != RegionRequestKind.Flush).ToList();
        if (writes.Count > 0)
        {
            var request = writes[_random.Next(writes.Count)];
            var piece = request.Pieces[_random.Next(request.Pieces.Length)];
            Apply(request, piece, legs: new LegMask((uint)_random.Next(1 << _legs.Length)), isWhole: false);
        }

        if (_works.Count > 0)
        {
            var (work, devices, read) = _works[_random.Next(_works.Count)];
            var slot = work.Range.Start + _random.Next((int)work.Range.Count);
            read[slot] = devices[work.Source].Read((int)slot);
        }
    }

    private void Apply(SimulatedRequest request, RegionPiece piece, LegMask legs, bool isWhole)
    {
        var start = Math.Max(request.FirstSlot, _geometry.RangeOf(piece.Run.First).Start);
        var end = Math.Min(request.LastSlot + 1, _geometry.RangeOf(piece.Run.Last).End);
        foreach (var leg in legs.And(piece.Legs).Legs())
        {
            for (var slot = (int)start; slot < end; slot++)
            {
                if (isWhole)
                {
                    request.Devices[leg].Write(slot, request.Version);
                }
                else
                {
                    request.Devices[leg].WriteSome(slot, request.Version);
                }
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
        if (request.Kind == RegionRequestKind.Flush)
        {
            FlushAll(request.Devices, failed => machine => machine.Ended(request, [failed]));
            return;
        }

        var failed = request.Pieces.Select(piece => Faults(piece.Legs)).ToList();
        for (var i = 0; i < failed.Count; i++)
        {
            Apply(request, request.Pieces[i], failed[i], isWhole: false);
            Apply(request, request.Pieces[i], request.Pieces[i].Legs.Except(failed[i]), isWhole: true);
        }

        Do(machine => machine.Ended(request, failed));
    }

    private void EndCommit()
    {
        if (_log.UnderWay is not null)
        {
            var succeeds = !(Fails() && _random.Next(4) == 0);
            var number = _log.End(succeeds);
            Do(machine => machine.Committed(number, succeeds));
        }
    }

    private void EndWork()
    {
        if (_works.Count == 0)
        {
            return;
        }

        var index = _random.Next(_works.Count);
        var (work, devices, read) = _works[index];
        _works.RemoveAt(index);
        var outcome = new WorkOutcome(Fails(), Faults(work.Targets), WasCut: Fails());
        _hasFailedSinceCut |= outcome.ReadFailed || outcome.WasCut;
        var isGood = outcome is { ReadFailed: false, WasCut: false };
        List<(int Leg, int Slot)> undone = [];
        for (var slot = work.Range.Start; slot < work.Range.End && work.Kind != RegionWorkKind.Check; slot++)
        {
            var value = read.TryGetValue(slot, out var early) ? early : devices[work.Source].Read((int)slot);
            foreach (var leg in work.Targets.Legs())
            {
                var had = devices[leg].Read((int)slot);
                devices[leg].WriteSome((int)slot, value);
                if (isGood && !outcome.Failed.Contains(leg))
                {
                    devices[leg].Write((int)slot, value);
                }

                if (work.Kind == RegionWorkKind.Repair && devices[leg].Read((int)slot) != had)
                {
                    undone.Add((leg, (int)slot));
                }
            }
        }

        _machine.WorkEnded(work, outcome);
        ForgetLost(devices, undone);
    }

    private void CleanDue()
    {
        if (_isCleaningAsked)
        {
            _isCleaningAsked = false;
            Do(machine => machine.CleanDue());
        }
    }

    private void RetryDue()
    {
        if (_isRetryAsked)
        {
            _isRetryAsked = false;
            Do(machine => machine.RetryDue());
        }
    }

    private void Read()
    {
        var region = _random.NextInt64(_geometry.RegionCount);
        var regions = new RegionRun(region, Math.Min(_geometry.RegionCount - 1, region + _random.Next(3)));
        var range = SectorRange.Between(_geometry.RangeOf(region).Start, _geometry.RangeOf(regions.Last).End);
        var legs = _machine.ReadableLegs(regions);
        Assert.True(regions.Count > 1 || !legs.IsEmpty, "no leg can be read");
        foreach (var leg in legs.Legs())
        {
            for (var slot = (int)range.Start; slot < range.End; slot++)
            {
                _oracle.SeesRead(slot, _legs[leg].Read(slot), $"leg {leg} of {legs}");
            }
        }

        var tried = LegMask.None;
        for (var leg = legs.Lowest; leg >= 0 && Fails();)
        {
            (_hasFailedSinceCut, tried) = (true, tried.With(leg));
            var (failed, next) = (leg, -1);
            Do(machine => next = machine.ReadFailed(failed, regions, range, tried));
            Assert.False(tried.Contains(next));
            Assert.True(next < 0 || GoodLegs(regions).Contains(next));
            leg = next;
        }
    }

    private void SuspendOrResume()
    {
        if (_machine.Phase == MirrorPhase.Suspended)
        {
            Resume();
        }
        else
        {
            Do(machine => machine.Suspend(_random.Next(2) == 0));
        }
    }

    private void Resume()
    {
        if (_log.UnderWay is null && !_isFlushing && (!_hasFaults || _random.Next(2) == 0))
        {
            _log.Rewrite(_machine.LoggedRegions);
            _isUnprotected = false;
            Do(machine => machine.Forget());
            Do(machine => machine.LogRewritten());
        }

        Do(machine => machine.Resume());
    }

    private void Withdraw()
    {
        if (_open.Count > 0)
        {
            var request = _open[_random.Next(_open.Count)];
            var isBack = false;
            Do(machine => isBack = machine.TryWithdraw(request));
            Assert.Equal(isBack, !_inFlight.Contains(request));
            if (isBack)
            {
                _open.Remove(request);
                _oracle.Settled(request, isDone: false);
            }
        }
    }

    private void ReplaceLeg()
    {
        var leg = _random.Next(_legs.Length);
        if (_random.Next(2) == 0 && _machine.CanReplace(leg) && !_machine.LogHasFailed && !_isUnprotected)
        {
            _hasFailedSinceCut = true;
            _legs = [.. _legs];
            _legs[leg] = new SimulatedLeg((int)_geometry.Length, _random);
            _unsaved++;
            Do(machine => machine.ReplaceLeg(leg));
        }
    }

    private void StartCheck()
    {
        var region = _random.NextInt64(_geometry.RegionCount);
        Do(machine => machine.Check(new RegionRun(region, region)));
    }

    private void SetPermits(int permits)
    {
        Do(machine => machine.RecoveryPermits = permits);
        Do(machine => machine.RecoveryDue());
    }
}
