namespace Kcopyd.Core.Mirrors;

/// <summary>The decisions of a mirror: which write goes where and when, what the log says, what an error means, what is
/// recovered next. Pure; one thread.</summary>
/// <remarks>
/// <para>Calls say what happened; <see cref="Take"/> gives what is to be done, in order. What the machine relies on,
/// and what others may rely on:</para>
/// <list type="bullet">
/// <item>a region's mark is in the log, durably, before a request that changes the region is issued;</item>
/// <item>a bit is set in the log only when all legs hold the region and were flushed after its last write ended;</item>
/// <item>while a work is under way in a region, no request is in flight there;</item>
/// <item>a leg that lacks a region is neither read nor copied from nor written to there, but by a recovery;</item>
/// <item>a request is settled once.</item>
/// </list>
/// </remarks>
public sealed partial class MirrorMachine
{
    private readonly Dictionary<long, RegionEntry> _entries = [];
    private readonly MarkQueue _marks = new();
    private readonly List<RegionRequest> _parked = [];
    private readonly List<RegionRequest> _held = [];
    private readonly RegionBits _logged;
    private readonly int[] _legVersions;
    private readonly int _legCount;
    private List<MirrorEffect> _effects = [];
    private long _generation;
    private long _floor;
    private long _unlisted;
    private int _legVersion;
    private int _inFlight;
    private bool _isKnownInSync;

    /// <summary>A mirror as its log says, suspended.</summary>
    /// <param name="geometry">Its size and regions.</param>
    /// <param name="legs">How many legs it has.</param>
    /// <param name="policy">How it meets failures.</param>
    /// <param name="clean">The regions that all legs hold, one bit each, as the log has them. Of all others only the
    /// first leg is believed.</param>
    public MirrorMachine(MirrorGeometry geometry, int legs, MirrorPolicy policy, RegionBits clean)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentOutOfRangeException.ThrowIfNotEqual(clean.Count, geometry.RegionCount, nameof(clean));
        (Geometry, Policy, _legCount) = (geometry, policy, legs);
        Legs = new LegStanding(legs, policy);
        Contents = new RegionContents(geometry.RegionCount, legs);
        AtRest = new RegionBits(geometry.RegionCount);
        _logged = new RegionBits(geometry.RegionCount);
        _legVersions = new int[legs];
        (_gainedAt, _flushedAt, _replacedBy) = (new long[legs], new long[legs], new long[legs]);
        (_repairs, _flushFailedAt) = (new int[legs], new long[legs]);
        AtRest.SetAll();
        _logged.SetAll();
        for (var region = clean.NextClear(0); region >= 0; region = clean.NextClear(region + 1))
        {
            Contents.LeaveTo(region, 0);
            AtRest.Clear(region);
            _logged.Clear(region);
        }

        _isKnownInSync = Contents.IsInSync;
        RecoveryPermits = policy.Recoveries;
    }

    /// <summary>Its size and regions.</summary>
    public MirrorGeometry Geometry { get; }

    /// <summary>How it meets failures.</summary>
    public MirrorPolicy Policy { get; }

    /// <summary>Whether it runs.</summary>
    public MirrorPhase Phase { get; private set; }

    /// <summary>The errors of the legs, and the default. May be read by any thread.</summary>
    public LegStanding Legs { get; }

    /// <summary>Which legs hold what. May be asked by any thread.</summary>
    public RegionContents Contents { get; }

    /// <summary>The regions in state clean: equal and durable on all legs, with no write in flight, so that any leg may
    /// be read. May be asked by any thread.</summary>
    public RegionBits AtRest { get; }

    /// <summary>Whether the log failed.</summary>
    public bool LogHasFailed => _marks.HasFailed;

    /// <summary>Whether a flush of a leg failed: no region is marked clean any more.</summary>
    public bool FlushHasFailed { get; private set; }

    /// <summary>Requests that are held until the mirror is suspended.</summary>
    public int HeldCount => _held.Count;

    /// <summary>What is to be done since the last call, in order.</summary>
    public IReadOnlyList<MirrorEffect> Take()
    {
        if (_effects.Count == 0)
        {
            return [];
        }

        var effects = _effects;
        (_effects, _isCleaningAsked) = ([], false);
        return effects;
    }

    /// <summary>A request comes.</summary>
    public void Submit(RegionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Invariant.Holds(request.Phase == RegionRequestPhase.Outside);
        if (Phase == MirrorPhase.Running)
        {
            Admit(request);
        }
        else
        {
            Park(request);
        }
    }

    /// <summary>Whoever made a request gives it up.</summary>
    /// <returns>Whether it was taken back: nobody has it any more. False: it is in flight or over.</returns>
    public bool TryWithdraw(RegionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var wasHere = request.Phase switch
        {
            RegionRequestPhase.Parked => _parked.Remove(request),
            RegionRequestPhase.Held => _held.Remove(request),
            RegionRequestPhase.Marking => _marks.Remove(request),
            RegionRequestPhase.Delayed => RemoveDelayed(request),
            RegionRequestPhase.Following => request.Leader!.Followers!.Remove(request),
            _ => false,
        };
        if (!wasHere)
        {
            return false;
        }

        if (request.Phase == RegionRequestPhase.Marking)
        {
            Leave(request);
            LetFollow(request);
        }

        request.Phase = RegionRequestPhase.Outside;
        TryFinishSuspending();
        return true;
    }

    /// <summary>A commit of the log ended.</summary>
    /// <param name="number">Which.</param>
    /// <param name="succeeded">Whether it is in the log, with marks durably.</param>
    public void Committed(long number, bool succeeded)
    {
        if (!succeeded)
        {
            FailLog();
            return;
        }

        var (commit, waited) = _marks.End(number);
        foreach (var run in commit.Cleaned)
        {
            for (var region = run.First; region <= run.Last; region++)
            {
                Rest(region);
            }
        }

        Proceed(waited);
        StartMarkedRepairs();
        BeginCommit();
        if (_isCleaningBlocked)
        {
            _isCleaningBlocked = false;
            AskForCleaning();
        }

        TryFinishSuspending();
    }

    private void Park(RegionRequest request)
    {
        request.Phase = RegionRequestPhase.Parked;
        _parked.Add(request);
    }

    private void Admit(RegionRequest request)
    {
        if (request.Kind == RegionRequestKind.Flush)
        {
            Issue(request);
        }
        else if (FindWork(request.Regions) is { } entry)
        {
            request.Phase = RegionRequestPhase.Delayed;
            (entry.Delayed ??= new Queue<RegionRequest>()).Enqueue(request);
        }
        else if (FindOverlap(request) is { } other)
        {
            (request.Phase, request.Leader) = (RegionRequestPhase.Following, other);
            (other.Followers ??= []).Add(request);
        }
        else if (Policy.Holds && !Legs.Failed.IsEmpty && !AreInSync(request.Regions))
        {
            // With one copy left, whoever holds the table decides what becomes of further writes.
            Hold(request);
        }
        else
        {
            Enter(request);
            Proceed(request);
        }
    }

    /// <summary>Counts a request in, and marks what has no mark.</summary>
    private void Enter(RegionRequest request)
    {
        request.MarkedBy = Math.Max(_floor, _unlisted);
        for (var region = request.Regions.First; region <= request.Regions.Last; region++)
        {
            var entry = Disturb(region);
            entry.Pending++;
            (entry.Requests ??= []).Add(request);
            entry.Generation = ++_generation;
            Mark(region, entry);
            request.MarkedBy = Math.Max(request.MarkedBy, entry.MarkedBy);
        }

        _inFlight++;
        request.Phase = RegionRequestPhase.Marking;
    }

    private void Proceed(IReadOnlyList<RegionRequest> requests)
    {
        foreach (var request in requests)
        {
            Proceed(request);
        }
    }

    private void Proceed(RegionRequest request)
    {
        if (_marks.HasFailed && Policy.HandleErrors)
        {
            Leave(request);
            Fail(request, isSafe: false);
            LetFollow(request);
        }
        else if (_marks.HasFailed || _marks.Has(request.MarkedBy))
        {
            Issue(request);
        }
        else
        {
            _marks.Wait(request);
            BeginCommit();
        }
    }

    private void Issue(RegionRequest request)
    {
        if (request.Kind == RegionRequestKind.Flush)
        {
            _inFlight++;
            (request.Generation, request.Losses) = (++_generation, _reportedLosses);
        }
        else
        {
            request.Pieces = PiecesOf(request.Regions);
        }

        request.LegVersion = _legVersion;
        request.Phase = RegionRequestPhase.InFlight;
        _effects.Add(new MirrorEffect.Issue(request));
    }

    private void Settle(RegionRequest request, RequestVerdict verdict)
    {
        request.Phase = RegionRequestPhase.Outside;
        _effects.Add(new MirrorEffect.Settle(request, verdict));
    }

    private void BeginCommit()
    {
        if (_marks.Begin() is { } commit)
        {
            _effects.Add(new MirrorEffect.Commit(commit));
        }
    }

    private void Mark(long region, RegionEntry entry)
    {
        if (_logged.Clear(region))
        {
            entry.MarkedBy = _marks.Mark(new RegionRun(region, region));
        }
    }

    /// <summary>A region is at rest no more.</summary>
    private RegionEntry Disturb(long region)
    {
        if (!_entries.TryGetValue(region, out var entry))
        {
            entry = new RegionEntry();
            _entries[region] = entry;
            AtRest.Clear(region);
        }

        return entry;
    }

    /// <summary>What becomes of a region without a write in flight.</summary>
    private void Rest(long region)
    {
        if (!_entries.TryGetValue(region, out var entry) || entry.Pending > 0 || entry.Work is not null)
        {
            return;
        }

        if (Contents.InSync[region] && !_logged[region])
        {
            AskForCleaning();
            return;
        }

        // Its mark may still be on its way to the log: nobody is to overtake it.
        _unlisted = Math.Max(_unlisted, entry.MarkedBy);
        _entries.Remove(region);
        if (Contents.InSync[region])
        {
            AtRest.Set(region);
        }
    }

    private RegionEntry? FindWork(RegionRun regions)
    {
        for (var region = regions.First; region <= regions.Last; region++)
        {
            if (_entries.TryGetValue(region, out var entry) && entry.Work is not null)
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>A request under way that changes some of the same sectors: two of them at once could leave one leg with
    /// the one and another leg with the other.</summary>
    private RegionRequest? FindOverlap(RegionRequest request)
    {
        for (var region = request.Regions.First; region <= request.Regions.Last; region++)
        {
            if (_entries.TryGetValue(region, out var entry)
                && entry.Requests?.Find(other => other.Range.Overlaps(request.Range)) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Admits those that waited for this one.</summary>
    private void LetFollow(RegionRequest request)
    {
        var followers = request.Followers ?? [];
        request.Followers = null;
        followers.ForEach(Admit);
    }

    private bool RemoveDelayed(RegionRequest request)
    {
        for (var region = request.Regions.First; region <= request.Regions.Last; region++)
        {
            if (_entries.TryGetValue(region, out var entry) && entry.Delayed?.Contains(request) == true)
            {
                entry.Delayed = new Queue<RegionRequest>(entry.Delayed.Where(other => other != request));
                return true;
            }
        }

        return false;
    }
}
