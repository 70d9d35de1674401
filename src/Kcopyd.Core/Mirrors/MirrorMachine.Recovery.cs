namespace Kcopyd.Core.Mirrors;

/// <content>Works on regions: recovery, repair, check.</content>
public sealed partial class MirrorMachine
{
    /// <summary>Recoveries that may fail before the others wait for the next try: a source that reads nothing fails
    /// them all.</summary>
    public const int MaxFailedRecoveries = 64;

    private readonly List<RegionWork> _waitingRepairs = [];
    private readonly HashSet<long> _failedRegions = [];
    private readonly HashSet<long> _suspects = [];
    private LegMask _restingLegs;
    private long _cursor;
    private int _works;

    /// <summary>Recoveries that may be under way now; whoever paces them changes it, and then calls
    /// <see cref="RecoveryDue"/>.</summary>
    public int RecoveryPermits { get; set; }

    /// <summary>Recoveries under way, or about to be.</summary>
    public int Recovering { get; private set; }

    /// <summary>More recoveries may begin.</summary>
    public void RecoveryDue() => Recover();

    /// <summary>What failed may be tried again.</summary>
    public void RetryDue()
    {
        _suspects.UnionWith(_failedRegions);
        _failedRegions.Clear();
        _restingLegs = LegMask.None;
        Recover();
    }

    /// <summary>Compares the legs in some regions, once nothing else is done to them.</summary>
    /// <returns>Null where they are not in sync, are being worked on, or the mirror does not run.</returns>
    public RegionWork? Check(RegionRun regions)
    {
        if (Phase != MirrorPhase.Running || !AreInSync(regions) || FindWork(regions) is not null)
        {
            return null;
        }

        var work = new RegionWork(RegionWorkKind.Check, regions, RangeOf(regions));
        Begin(work);
        return work;
    }

    /// <summary>A work ended.</summary>
    public void WorkEnded(RegionWork work, WorkOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(work);
        Invariant.Holds(work.IsStarted);
        var stale = StaleLegs(work.LegVersion);
        var unflushed = UnflushedSince(work);
        var failed = outcome.WasCut ? LegMask.None : outcome.Failed.Or(unflushed).And(work.Targets).Except(stale);

        // A flush that failed meanwhile may have taken what was to be copied from the source, before it was read.
        var isTrusted = GoodLegs(work.Regions).Contains(work.Source) && work.Losses == _losses;
        var isRead = isTrusted && outcome is { ReadFailed: false, WasCut: false };
        var gained = isRead ? work.Targets.Except(outcome.Failed).Except(unflushed).Except(stale) : LegMask.None;
        switch (work.Kind)
        {
            case RegionWorkKind.Recover:
                EndRecovery(work, outcome, gained, failed);
                break;
            case RegionWorkKind.Repair:
                EndRepair(work, gained, isTrusted ? failed : work.Targets.Except(stale));
                break;
        }

        Release(work);
        TellInSync();
        Recover();
        TryFinishSuspending();
    }

    /// <summary>Targets whose flush failed while they were written to: what they got may be gone again.</summary>
    private LegMask UnflushedSince(RegionWork work)
    {
        var unflushed = LegMask.None;
        foreach (var leg in work.Targets.Legs())
        {
            unflushed = _flushFailedAt[leg] > work.Generation ? unflushed.With(leg) : unflushed;
        }

        return unflushed;
    }

    private void EndRecovery(RegionWork work, WorkOutcome outcome, LegMask gained, LegMask failed)
    {
        for (var region = work.Regions.First; region <= work.Regions.Last; region++)
        {
            Contents.Gain(region, gained);
            if (gained == work.Targets)
            {
                _suspects.Remove(region);
            }
            else if (outcome is { WasCut: false } && (outcome.ReadFailed || !failed.IsEmpty))
            {
                _failedRegions.Add(region);
            }
        }

        NoteGained(gained);
        if (outcome is { ReadFailed: true, WasCut: false } && !StaleLegs(work.LegVersion).Contains(work.Source))
        {
            Note(work.Source, LegErrors.Sync);
        }

        NoteAll(failed, LegErrors.Sync);
        RestLegs(failed);
    }

    private void EndRepair(RegionWork work, LegMask gained, LegMask failed)
    {
        CountRepair(work, -1);
        NoteGained(gained);
        foreach (var leg in gained.Legs())
        {
            Legs.Forget(leg, LegErrors.Read);
            _effects.Add(new MirrorEffect.Tell(new MirrorNotice.LegRepaired(leg, work.Range)));
        }

        NoteAll(failed, LegErrors.Write);
        Lose(work.Regions, failed);
        RestLegs(failed);
    }

    private void Recover()
    {
        while (Phase == MirrorPhase.Running
            && Recovering < Math.Min(RecoveryPermits, Policy.Recoveries)
            && PickRecovery() is { } regions)
        {
            Begin(new RegionWork(RegionWorkKind.Recover, regions, RangeOf(regions)));
        }

        if (_failedRegions.Count > 0 || !_restingLegs.IsEmpty)
        {
            _effects.Add(new MirrorEffect.RetryLater());
        }
    }

    /// <summary>The next regions that some leg lacks, ascending, and from the start again after the last.</summary>
    private RegionRun? PickRecovery()
    {
        if (Contents.IsInSync || _failedRegions.Count >= MaxFailedRecoveries)
        {
            return null;
        }

        var legs = LegMask.All(_legCount).Except(_restingLegs);
        return PickWithin(_cursor, Geometry.RegionCount, legs) ?? PickWithin(0, _cursor, legs);
    }

    private RegionRun? PickWithin(long from, long end, LegMask legs)
    {
        for (var at = from; at < end; at++)
        {
            at = Contents.NextLacking(at, legs);
            if (at < 0 || at >= end)
            {
                return null;
            }

            if (CanRecover(at))
            {
                return ExtendFrom(at);
            }
        }

        return null;
    }

    private RegionRun ExtendFrom(long first)
    {
        var last = first;
        var most = _suspects.Contains(first) ? 1 : Policy.RecoverySectors / Geometry.RegionSize;
        var good = Contents.GoodLegs(first);
        while (last + 1 < Geometry.RegionCount
            && last + 1 - first < most
            && !_suspects.Contains(last + 1)
            && Contents.GoodLegs(last + 1) == good
            && CanRecover(last + 1))
        {
            last++;
        }

        _cursor = last + 1;
        return new RegionRun(first, last);
    }

    private bool CanRecover(long region) =>
        !_failedRegions.Contains(region)
        && (!_entries.TryGetValue(region, out var entry) || entry.Work is null);

    private void Begin(RegionWork work)
    {
        _works++;
        CountRepair(work, 1);
        Recovering += work.Kind == RegionWorkKind.Recover ? 1 : 0;
        for (var region = work.Regions.First; region <= work.Regions.Last; region++)
        {
            var entry = Disturb(region);
            entry.Work = work;
            entry.Generation = ++_generation;
            work.Busy += entry.Pending > 0 ? 1 : 0;
            if (work.Kind == RegionWorkKind.Repair)
            {
                // Until it is written back a crash could leave this leg with half of it.
                Mark(region, entry);
                work.MarkedBy = Math.Max(work.MarkedBy, Math.Max(entry.MarkedBy, _unlisted));
            }
        }

        BeginCommit();
        TryStart(work);
    }

    /// <summary>Begins a work when no write is in flight there any more, and its marks are in the log.</summary>
    private void TryStart(RegionWork work)
    {
        if (work.IsStarted || work.Busy > 0)
        {
            return;
        }

        if (!_marks.Has(work.MarkedBy) && !_marks.HasFailed)
        {
            _waitingRepairs.Add(work);
            return;
        }

        (work.LegVersion, work.Losses, work.Generation) = (_legVersion, _losses, ++_generation);
        if (!TryAim(work))
        {
            CountRepair(work, -1);
            Release(work);
            _effects.Add(new MirrorEffect.Drop(work));
            Recover();
            return;
        }

        work.IsStarted = true;
        _effects.Add(new MirrorEffect.Start(work));
    }

    /// <summary>Chooses source and targets as they are now: what was in flight may have failed.</summary>
    private bool TryAim(RegionWork work)
    {
        var good = GoodLegs(work.Regions);
        if (work.Kind == RegionWorkKind.Recover)
        {
            work.Targets = LegMask.All(_legCount).Except(good).Except(_restingLegs);
        }
        else if (!AreInSync(work.Regions) || (work.Kind == RegionWorkKind.Repair && _marks.HasFailed))
        {
            return false;
        }

        var sources = work.Kind == RegionWorkKind.Repair ? good.Except(work.Targets) : good;
        work.Source = sources.IsEmpty ? -1 : Prefer(sources);
        work.Targets = work.Kind == RegionWorkKind.Check
            ? LegMask.All(_legCount).Without(work.Source)
            : work.Targets;
        return work.Source >= 0 && !work.Targets.IsEmpty;
    }

    private void CountRepair(RegionWork work, int change)
    {
        if (work.Kind == RegionWorkKind.Repair)
        {
            _repairs[work.Targets.Lowest] += change;
        }
    }

    private void StartMarkedRepairs()
    {
        if (_waitingRepairs.Count == 0)
        {
            return;
        }

        var waiting = _waitingRepairs.ToList();
        _waitingRepairs.Clear();
        waiting.ForEach(TryStart);
    }

    /// <summary>Lets writes into the regions of a work again.</summary>
    private void Release(RegionWork work)
    {
        _works--;
        Recovering -= work.Kind == RegionWorkKind.Recover ? 1 : 0;
        List<RegionRequest> delayed = [];
        for (var region = work.Regions.First; region <= work.Regions.Last; region++)
        {
            var entry = _entries[region];
            entry.Work = null;
            delayed.AddRange(entry.Delayed ?? []);
            entry.Delayed = null;
            Rest(region);
        }

        delayed.ForEach(Admit);
    }

    private void TellInSync()
    {
        if (_isKnownInSync || !Contents.IsInSync)
        {
            return;
        }

        _isKnownInSync = true;
        Legs.ForgetAtFullSync();
        _effects.Add(new MirrorEffect.Tell(new MirrorNotice.InSync()));
    }

    private void RestLegs(LegMask legs)
    {
        _restingLegs = _restingLegs.Or(legs);
        if (!legs.IsEmpty)
        {
            _effects.Add(new MirrorEffect.RetryLater());
        }
    }

    private SectorRange RangeOf(RegionRun regions) => SectorRange.Between(
        Geometry.RangeOf(regions.First).Start, Geometry.RangeOf(regions.Last).End);
}
