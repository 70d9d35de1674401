namespace Kcopyd.Core.Mirrors;

/// <content>What an error of a leg or of the log means.</content>
public sealed partial class MirrorMachine
{
    /// <summary>The legs answered a request.</summary>
    /// <param name="request">It.</param>
    /// <param name="failed">The legs that failed, of each of its pieces; of a flush, one set.</param>
    public void Ended(RegionRequest request, IReadOnlyList<LegMask> failed)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(failed);
        Invariant.Holds(request.Phase == RegionRequestPhase.InFlight);
        if (request.Kind == RegionRequestKind.Flush)
        {
            EndFlush(request, failed[0]);
        }
        else
        {
            EndWrite(request, failed);
        }

        TryFinishSuspending();
    }

    private void EndWrite(RegionRequest request, IReadOnlyList<LegMask> failed)
    {
        var stale = StaleLegs(request.LegVersion);
        var wroteEverywhere = true;
        var blamed = LegMask.None;
        for (var i = 0; i < request.Pieces.Length; i++)
        {
            blamed = blamed.Or(failed[i]).Except(stale);
        }

        if (request.Kind == RegionRequestKind.Write)
        {
            // First, so that it counts whether the mirror was in sync before.
            NoteAll(blamed, LegErrors.Write);
            RestLegs(blamed);
        }

        for (var i = 0; i < request.Pieces.Length && !blamed.IsEmpty; i++)
        {
            Lose(request.Pieces[i].Run, failed[i].Except(stale));
        }

        for (var i = 0; i < request.Pieces.Length; i++)
        {
            wroteEverywhere &= IsHeld(request.Pieces[i].Run, request.Pieces[i].Legs.Except(failed[i]).Except(stale));
        }

        RepairDefault();
        Leave(request);
        if (blamed.IsEmpty && wroteEverywhere)
        {
            // What became another device meanwhile gets it by recovery.
            Settle(request, RequestVerdict.Done);
        }
        else if (request.Kind == RegionRequestKind.Discard)
        {
            // Those who did not discard it get what the others have now.
            Settle(request, RequestVerdict.NotSupported);
            Recover();
        }
        else
        {
            Fail(request, wroteEverywhere);
        }
    }

    /// <summary>Whether of each region a leg that is believed took a write: others may have failed meanwhile.</summary>
    private bool IsHeld(RegionRun regions, LegMask took)
    {
        for (var region = regions.First; region <= regions.Last; region++)
        {
            if (Contents.GoodLegs(region).And(took).IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    private void EndFlush(RegionRequest request, LegMask failed)
    {
        _inFlight--;
        var stale = StaleLegs(request.LegVersion);
        var blamed = failed.Except(stale);
        FailFlush(blamed);
        NoteFlushed(LegMask.All(_legCount).Except(failed).Except(stale), request.Generation);

        // A crash believes the default, so a flush is none while something is elsewhere only, or was lost.
        var isSafe = WholeLegs.Contains(Legs.Default) && request.Losses == _losses;
        _reportedLosses = _losses;
        if (blamed.IsEmpty && isSafe)
        {
            Settle(request, RequestVerdict.Done);
        }
        else
        {
            Fail(request, isSafe);
        }
    }

    /// <summary>What was not flushed on these legs may be gone from them, and nothing tells which of it.</summary>
    private void FailFlush(LegMask failed)
    {
        if (failed.IsEmpty)
        {
            return;
        }

        FlushHasFailed = true;
        NoteAll(failed, LegErrors.Flush);
        RestLegs(failed);
        _losses += Contents.HasSole(failed, except: _logged) ? 1 : 0;
        for (var region = Contents.NextShared(0, failed, _logged);
            region >= 0;
            region = Contents.NextShared(region + 1, failed, _logged))
        {
            Lose(new RegionRun(region, region), failed);
            Rest(region);
        }

        BelieveDefault(failed);
        RepairDefault();
    }

    /// <summary>Where only legs that lost what was not flushed are left, the default has at least what was.</summary>
    private void BelieveDefault(LegMask failed)
    {
        var (leg, legs) = (Legs.Default, LegMask.Of(Legs.Default));
        for (var region = Contents.NextLacking(0, legs); region >= 0; region = NextLackedBy(region + 1, legs))
        {
            if (Contents.GoodLegs(region).Except(failed).IsEmpty)
            {
                Contents.LeaveTo(region, leg);
            }
        }
    }

    private long NextLackedBy(long from, LegMask legs) =>
        from < Geometry.RegionCount ? Contents.NextLacking(from, legs) : -1;

    private void FailLog()
    {
        var waited = _marks.Fail();
        _effects.Add(new MirrorEffect.Tell(new MirrorNotice.LogFailed()));
        Proceed(waited);
        StartMarkedRepairs();
        TryFinishSuspending();
    }

    /// <summary>A request that not all legs took.</summary>
    private void Fail(RegionRequest request, bool wroteEverywhere)
    {
        if (Legs.Healthy.IsEmpty || (Policy.KeepLog && _marks.HasFailed))
        {
            Settle(request, RequestVerdict.Failed);
        }
        else if (Policy.Holds)
        {
            Hold(request);
        }
        else
        {
            Settle(request, wroteEverywhere ? RequestVerdict.Done : RequestVerdict.Failed);
        }
    }

    private void Hold(RegionRequest request)
    {
        if (Phase == MirrorPhase.Suspending)
        {
            GiveUp(request);
            return;
        }

        request.Phase = RegionRequestPhase.Held;
        _held.Add(request);
    }

    /// <summary>Counts a request out.</summary>
    private void Leave(RegionRequest request)
    {
        _inFlight--;
        for (var region = request.Regions.First; region <= request.Regions.Last; region++)
        {
            var entry = _entries[region];
            Invariant.Holds(entry.Pending > 0);
            entry.Pending--;
            if (entry.Pending > 0)
            {
                continue;
            }

            if (entry.Work is { } work)
            {
                work.Busy--;
                TryStart(work);
            }
            else
            {
                Rest(region);
            }
        }
    }

    private void NoteAll(LegMask legs, LegErrors error)
    {
        foreach (var leg in legs.Legs())
        {
            Note(leg, error);
        }
    }

    private void Note(int leg, LegErrors error)
    {
        foreach (var notice in Legs.Note(leg, error, WholeLegs))
        {
            _effects.Add(new MirrorEffect.Tell(notice));
        }
    }

    private void Lose(RegionRun regions, LegMask legs)
    {
        for (var region = regions.First; region <= regions.Last; region++)
        {
            Contents.Lose(region, legs, Legs.Default);
        }

        _isKnownInSync = _isKnownInSync && Contents.IsInSync;
    }
}
