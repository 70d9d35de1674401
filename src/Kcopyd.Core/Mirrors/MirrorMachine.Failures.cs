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
            wroteEverywhere &= !request.Pieces[i].Legs.Except(failed[i]).IsEmpty;
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

        Leave(request);
        if (failed.All(legs => legs.IsEmpty) && IsBelieved(request, failed))
        {
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
            Fail(request, wroteEverywhere && IsBelieved(request, failed));
        }
    }

    /// <summary>Whether the leg that is believed after a crash, the default, has what a request wrote.</summary>
    /// <remarks>It lacks something only where <c>keep_log</c> goes on without it and no other leg holds all: what is
    /// written to another leg alone is gone after a crash, and must not be called done. Without features the default
    /// never changes, and its errors are ignored: that is what such a table asks for.</remarks>
    private bool IsBelieved(RegionRequest request, IReadOnlyList<LegMask> failed)
    {
        for (var i = 0; Policy.KeepLog && i < request.Pieces.Length; i++)
        {
            if (!request.Pieces[i].Legs.Except(failed[i]).Contains(Legs.Default))
            {
                return false;
            }
        }

        return true;
    }

    private void EndFlush(RegionRequest request, LegMask failed)
    {
        _inFlight--;
        if (failed.IsEmpty)
        {
            Settle(request, RequestVerdict.Done);
            return;
        }

        FailFlush(failed.Except(StaleLegs(request.LegVersion)));
        var isBelieved = !Policy.KeepLog || !failed.Contains(Legs.Default);
        Fail(request, wroteEverywhere: isBelieved && failed != LegMask.All(_legCount));
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
        for (var region = _logged.NextClear(0); region >= 0; region = _logged.NextClear(region + 1))
        {
            Lose(new RegionRun(region, region), failed);
            Rest(region);
        }
    }

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
        foreach (var notice in Legs.Note(leg, error, Contents.IsInSync, Contents.WholeLegs))
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
