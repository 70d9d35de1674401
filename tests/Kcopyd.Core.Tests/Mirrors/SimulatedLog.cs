using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

/// <summary>A log of a mirror, of which a power cut loses what was not flushed.</summary>
internal sealed class SimulatedLog(int regions, Random random)
{
    private readonly bool[] _durable = new bool[regions];
    private readonly bool[] _cached = new bool[regions];

    public LogCommit? UnderWay { get; private set; }

    public bool HasFailed { get; private set; }

    /// <summary>Whether a region is called clean, now or after a cut that comes now.</summary>
    public bool MayBeClean(int region) => _durable[region] || _cached[region];

    public bool IsDurablyMarked(int region) => !_durable[region] && !_cached[region];

    public void Begin(LogCommit commit)
    {
        Assert.Null(UnderWay);
        Assert.False(HasFailed);
        UnderWay = commit;
    }

    public long End(bool succeeds)
    {
        var commit = UnderWay!;
        UnderWay = null;
        HasFailed = !succeeds;
        foreach (var (region, isClean) in Changes(commit))
        {
            _cached[region] = succeeds || random.Next(2) == 0 ? isClean : _cached[region];
        }

        if ((succeeds && commit.Marked.Count > 0) || random.Next(4) == 0)
        {
            _cached.CopyTo(_durable, 0);
        }

        return commit.Number;
    }

    public void Rewrite(RegionBits bits)
    {
        Assert.Null(UnderWay);
        HasFailed = false;
        for (var region = 0; region < regions; region++)
        {
            _durable[region] = _cached[region] = bits[region];
        }
    }

    public RegionBits CutPower()
    {
        if (UnderWay is { } commit)
        {
            foreach (var (region, isClean) in Changes(commit))
            {
                _durable[region] = random.Next(2) == 0 ? isClean : _durable[region];
            }
        }

        (UnderWay, HasFailed) = (null, false);
        var bits = new RegionBits(regions);
        for (var region = 0; region < regions; region++)
        {
            _durable[region] = random.Next(2) == 0 ? _durable[region] : _cached[region];
            _cached[region] = _durable[region];
            if (_durable[region])
            {
                bits.Set(region);
            }
        }

        return bits;
    }

    private static Dictionary<long, bool> Changes(LogCommit commit)
    {
        var changes = new Dictionary<long, bool>();
        foreach (var (runs, isClean) in new[] { (commit.Cleaned, true), (commit.Marked, false) })
        {
            foreach (var run in runs)
            {
                for (var region = run.First; region <= run.Last; region++)
                {
                    changes[region] = isClean;
                }
            }
        }

        return changes;
    }
}
