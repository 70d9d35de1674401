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
        var blamed = LegMask.None;
        foreach (var legs in failed)
        {
            blamed = blamed.Or(legs).Except(stale);
        }

        if (request.Kind == RegionRequestKind.Write)
        {
            // First, so that it counts whether the mirror was in sync before.
            NoteAll(blamed, LegErrors.Write);
            RestLegs(blamed);
        }

        var isSafe = true;
        for (var i = 0; i < request.Pieces.Length; i++)
        {
            var legs = failed[i].Except(stale);

            // Any content is right after a discard, as long as it is the same: that of the default.
            Lose(request.Pieces[i].Run, legs.IsEmpty || request.Kind == RegionRequestKind.Write
                ? legs
                : LegMask.All(_legCount).Without(Legs.Default));
        }

        for (var i = 0; i < request.Pieces.Length; i++)
        {
            isSafe &= request.Pieces[i].Legs.Except(failed[i]).Except(stale).Contains(Legs.Default);
        }

        Leave(request);
        LetFollow(request);
        if (blamed.IsEmpty && isSafe)
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
            Fail(request, isSafe);
        }
    }

    private void EndFlush(RegionRequest request, LegMask failed)
    {
        _inFlight--;
        var stale = StaleLegs(request.LegVersion);
        var blamed = failed.Except(stale);
        var flushed = LegMask.All(_legCount).Except(failed).Except(stale);
        FailFlush(blamed);
        NoteFlushed(flushed, request.Generation);

        // What was lost before, in a flush that nobody asked for, is said to who asks first.
        if (request.Losses != _losses)
        {
            // Never held: doing it again would make nothing of it good.
            _reportedLosses = _losses;
            Settle(request, RequestVerdict.Failed);
        }
        else if (blamed.IsEmpty && flushed.Contains(Legs.Default))
        {
            Settle(request, RequestVerdict.Done);
        }
        else
        {
            Fail(request, flushed.Contains(Legs.Default));
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
        foreach (var leg in failed.Legs())
        {
            _flushFailedAt[leg] = ++_generation;
        }

        NoteAll(failed, LegErrors.Flush);
        RestLegs(failed);
        LoseUnflushed(failed);
    }

    /// <summary>The regions of which not all is durable on legs: those that the log does not call clean.</summary>
    private void LoseUnflushed(LegMask legs)
    {
        var isSpared = TryKeepDefaultFrom(legs);
        _losses += isSpared ? 0 : 1;
        var losing = isSpared ? legs : LegMask.All(_legCount).Without(Legs.Default);
        for (var region = Contents.NextHeld(0, losing, _logged);
            region >= 0;
            region = Contents.NextHeld(region + 1, losing, _logged))
        {
            LoseAt(region, legs, isSpared);
            Rest(region);
        }

        _isKnownInSync = _isKnownInSync && Contents.IsInSync;
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
    /// <param name="request">It.</param>
    /// <param name="isSafe">Whether the default took it.</param>
    private void Fail(RegionRequest request, bool isSafe)
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
            Settle(request, isSafe ? RequestVerdict.Done : RequestVerdict.Failed);
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
            entry.Requests!.Remove(request);
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

    /// <summary>Notes an error of legs; none of them becomes the default for it.</summary>
    private void NoteAll(LegMask legs, LegErrors error)
    {
        foreach (var leg in legs.Legs())
        {
            foreach (var notice in Legs.Note(leg, error, Contents.IsInSync, WholeLegs.Except(legs)))
            {
                _effects.Add(new MirrorEffect.Tell(notice));
            }
        }
    }

    private void Note(int leg, LegErrors error) => NoteAll(LegMask.Of(leg), error);
}
