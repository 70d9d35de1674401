namespace Kcopyd.Core.Mirrors;

/// <summary>Collects changes to the log while one commit is under way, so that many writes share the next.</summary>
internal sealed class MarkQueue
{
    private List<RegionRun> _marked = [];
    private List<RegionRun> _cleaned = [];
    private List<RegionRequest> _waitingForNext = [];
    private List<RegionRequest> _waiting = [];
    private LogCommit? _underWay;
    private long _next = 1;

    /// <summary>The last commit that is in the log.</summary>
    public long Durable { get; private set; }

    /// <summary>Whether the log failed: nothing is committed any more.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether nothing is under way and nothing waits to be.</summary>
    public bool IsIdle => HasFailed || (_underWay is null && _marked.Count == 0 && _cleaned.Count == 0);

    /// <summary>Clears the bits of regions with the next commit.</summary>
    /// <returns>Its number; of a failed log, that of what <see cref="Restore"/> counts as written.</returns>
    public long Mark(RegionRun regions)
    {
        Add(_marked, regions);
        return HasFailed ? _next - 1 : _next;
    }

    /// <summary>Sets the bit of a region with the next commit, unless that one also marks it.</summary>
    public void Clean(long region) => Add(_cleaned, new RegionRun(region, region));

    /// <summary>Whether everything up to a commit is in the log.</summary>
    public bool Has(long commit) => commit <= Durable;

    /// <summary>Keeps a request until its commit ended.</summary>
    public void Wait(RegionRequest request) =>
        (request.MarkedBy == _underWay?.Number ? _waiting : _waitingForNext).Add(request);

    /// <summary>The next commit, if there is something to commit and none is under way.</summary>
    public LogCommit? Begin()
    {
        if (HasFailed || _underWay is not null || (_marked.Count == 0 && _cleaned.Count == 0))
        {
            return null;
        }

        _underWay = new LogCommit(_next++, _marked, _cleaned);
        (_marked, _cleaned) = ([], []);
        (_waiting, _waitingForNext) = (_waitingForNext, _waiting);
        return _underWay;
    }

    /// <summary>The commit under way is in the log.</summary>
    /// <returns>It, and who waited for it.</returns>
    public (LogCommit Commit, IReadOnlyList<RegionRequest> Waited) End(long number)
    {
        Invariant.Holds(_underWay is not null);
        Invariant.Holds(_underWay.Number == number);
        var (commit, waited) = (_underWay, _waiting);
        (_underWay, _waiting, Durable) = (null, [], number);
        return (commit, waited);
    }

    /// <summary>The log failed.</summary>
    /// <returns>All who waited.</returns>
    public IReadOnlyList<RegionRequest> Fail()
    {
        List<RegionRequest> waited = [.. _waiting, .. _waitingForNext];
        (_underWay, HasFailed) = (null, true);

        // What was to be in the next commit counts as written, too, once the log is written as a whole.
        _next++;
        _waiting.Clear();
        _waitingForNext.Clear();
        _marked.Clear();
        _cleaned.Clear();
        return waited;
    }

    /// <summary>The log can be written again, and was written as a whole: every mark is in it, those that were made
    /// while it failed and given the number of the next commit, too.</summary>
    public void Restore() => (HasFailed, Durable, _next) = (false, _next, _next + 1);

    /// <summary>Takes back a request that waits.</summary>
    public bool Remove(RegionRequest request) => _waiting.Remove(request) || _waitingForNext.Remove(request);

    private void Add(List<RegionRun> runs, RegionRun added)
    {
        if (HasFailed)
        {
            return;
        }

        if (runs.Count > 0 && runs[^1].Last + 1 == added.First)
        {
            runs[^1] = new RegionRun(runs[^1].First, added.Last);
            return;
        }

        runs.Add(added);
    }
}
