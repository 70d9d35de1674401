namespace Kcopyd.Core.Mirrors;

/// <content>Suspend, resume, and replacing a leg.</content>
public sealed partial class MirrorMachine
{
    private bool _keepsHeld;
    private int _unsavedReplacements;

    /// <summary>Ends what is in flight, then tells that the mirror is suspended. Requests that come wait.</summary>
    /// <param name="keepsHeld">What becomes of held requests: true, they are submitted again on resume; false, they
    /// fail.</param>
    public void Suspend(bool keepsHeld)
    {
        if (Phase != MirrorPhase.Running)
        {
            return;
        }

        (Phase, _keepsHeld) = (MirrorPhase.Suspending, keepsHeld);
        foreach (var request in _held)
        {
            GiveUp(request);
        }

        _held.Clear();
        CleanDue();
        TryFinishSuspending();
    }

    /// <summary>Runs, from what is known: waiting requests come first, recovery begins at the first region.</summary>
    public void Resume()
    {
        Invariant.Holds(Phase == MirrorPhase.Suspended);
        Phase = MirrorPhase.Running;
        _cursor = 0;
        _suspects.UnionWith(_failedRegions);
        _failedRegions.Clear();
        _restingLegs = LegMask.None;
        var parked = _parked.ToList();
        _parked.Clear();
        parked.ForEach(Admit);
        Recover();
        if (_entries.Count > 0)
        {
            AskForCleaning();
        }
    }

    /// <summary>Forgets the errors of all legs and of flushes, as loading the table again does. What is cached of legs
    /// whose flush failed was dropped: they are read as they are.</summary>
    public void Forget()
    {
        Invariant.Holds(Phase == MirrorPhase.Suspended);
        var unflushed = LegMask.None;
        for (var leg = 0; leg < _legCount; leg++)
        {
            unflushed = Legs[leg].HasFlag(LegErrors.Flush) ? unflushed.With(leg) : unflushed;
            Legs.Forget(leg);
        }

        // Recovered meanwhile, perhaps, but never flushed.
        if (!unflushed.IsEmpty)
        {
            LoseUnflushed(unflushed);
        }

        FlushHasFailed = false;
    }

    /// <summary>The log was written as a whole, with <see cref="LoggedRegions"/>: it has not failed any more.</summary>
    public void LogRewritten()
    {
        _marks.Restore();
        foreach (var region in _entries.Keys.ToList())
        {
            // What was clean when the log failed is clean now.
            Rest(region);
        }
    }

    /// <summary>Whether nothing is being written to the log, nor waits to be.</summary>
    public bool IsLogIdle => _marks.IsIdle;

    /// <summary>The bits that the log is to have.</summary>
    public RegionBits LoggedRegions => _logged;

    /// <summary>All regions are out of sync, and only the default leg is believed: what <c>sync</c> in the table of a
    /// disk log says at every resume.</summary>
    public void LoseSync()
    {
        Invariant.Holds(Phase == MirrorPhase.Suspended);
        for (var region = 0L; region < Geometry.RegionCount; region++)
        {
            if (Contents.InSync[region])
            {
                Contents.LeaveTo(region, Legs.Default);
            }
        }

        _logged.ClearAll();
        AtRest.ClearAll();
        _entries.Clear();
        _isKnownInSync = false;
    }

    /// <summary>Whether a leg can be replaced: not the default, while no other leg holds everything durably.</summary>
    public bool CanReplace(int leg) => leg != Legs.Default || !WholeLegs.Without(leg).IsEmpty;

    /// <summary>A leg is another device from now on, which holds nothing. It may be used as leg once
    /// <see cref="IsReplacementLogged"/>: before that a crash must find the old leg in its place.</summary>
    public void ReplaceLeg(int leg)
    {
        Invariant.Holds(TryKeepDefaultFrom(LegMask.Of(leg)));
        Contents.LoseAll(leg);
        Legs.Forget(leg);
        FlushHasFailed = Enumerable.Range(0, _legCount).Any(other => Legs[other].HasFlag(LegErrors.Flush));
        _legVersions[leg] = ++_legVersion;
        _unsavedReplacements++;
        _restingLegs = _restingLegs.Without(leg);
        _isKnownInSync = false;
        AtRest.ClearAll();
        _logged.ClearAll();
        _floor = _marks.Mark(new RegionRun(0, Geometry.RegionCount - 1));
        _replacedBy[leg] = _floor;
        foreach (var region in _entries.Keys.ToList())
        {
            Rest(region);
        }

        _effects.Add(new MirrorEffect.Tell(new MirrorNotice.LegReplaced(leg)));
        BeginCommit();
        Recover();
    }

    /// <summary>Whoever starts the mirror next time finds a leg that was replaced in its place. Until then no region is
    /// marked clean: what is equal on the new leg need not be on the old one.</summary>
    public void ReplacementSaved()
    {
        Invariant.Holds(_unsavedReplacements > 0);
        _unsavedReplacements--;
        if (_entries.Count > 0)
        {
            AskForCleaning();
        }
    }

    /// <summary>Whether the log says, durably, that the leg replaced last holds nothing.</summary>
    public bool IsReplacementLogged => _marks.Has(_floor);

    /// <summary>The legs that became other devices since.</summary>
    private LegMask StaleLegs(int version)
    {
        if (version == _legVersion)
        {
            return LegMask.None;
        }

        var stale = LegMask.None;
        for (var leg = 0; leg < _legCount; leg++)
        {
            stale = _legVersions[leg] > version ? stale.With(leg) : stale;
        }

        return stale;
    }

    /// <summary>What becomes of a held request when the mirror is suspended.</summary>
    private void GiveUp(RegionRequest request)
    {
        if (_keepsHeld)
        {
            Park(request);
        }
        else
        {
            Settle(request, RequestVerdict.Failed);
        }
    }

    private void TryFinishSuspending()
    {
        if (Phase != MirrorPhase.Suspending || _inFlight > 0 || _works > 0 || _cleaning.Count > 0 || !_marks.IsIdle)
        {
            return;
        }

        CleanDue();
        if (_cleaning.Count > 0)
        {
            return;
        }

        Phase = MirrorPhase.Suspended;
        _effects.Add(new MirrorEffect.Suspended());
    }
}
