namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>What an origin or a snapshot may show.</summary>
internal sealed class ViewOracle
{
    private readonly SectorHistory[] _sectors;

    public ViewOracle(int length, Func<int, long> content) =>
        _sectors = [.. Enumerable.Range(0, length).Select(sector => new SectorHistory(content(sector)))];

    /// <summary>One that goes on where another ends.</summary>
    public ViewOracle(ViewOracle first, ViewOracle rest) =>
        _sectors = [.. first._sectors, .. rest._sectors.Skip(first._sectors.Length)];

    public int Length => _sectors.Length;

    public SectorHistory this[int sector] => _sectors[sector];

    public bool IsBusy(int first, int end) => _sectors.AsSpan(first..end).ToArray().Any(static one => one.IsBusy);

    public void Begin(SimulatedChunkRequest request)
    {
        for (var sector = request.First; sector < request.EndSector; sector++)
        {
            _sectors[sector].Begin(request.Number, request.ValueAt(sector));
        }
    }

    public void End(SimulatedChunkRequest request, Action<SectorHistory> end)
    {
        for (var sector = request.First; sector < request.EndSector; sector++)
        {
            end(_sectors[sector]);
        }
    }

    /// <summary>What a flush that begins now makes safe.</summary>
    public long[] Promise() => [.. _sectors.Select(static one => one.LastDone)];

    public void Flushed(long[] promise)
    {
        for (var sector = 0; sector < _sectors.Length; sector++)
        {
            _sectors[sector].Flushed(promise[sector]);
        }
    }

    public void Sees(int sector, long value, object where)
    {
        if (!_sectors[sector].MayShow(value))
        {
            Assert.Fail($"{where}: sector {sector} shows {value}, may show {_sectors[sector]}");
        }
    }

    public void SeesCut(int sector, long value, object where)
    {
        if (!_sectors[sector].MaySurvive(value))
        {
            Assert.Fail($"{where} after a cut: sector {sector} shows {value}, may show {_sectors[sector]}");
        }

        _sectors[sector].Survived(value);
    }
}
