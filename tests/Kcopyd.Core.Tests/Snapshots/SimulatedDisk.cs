namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>A disk with a cache that a power cut or a failed flush loses in part, sector by sector.</summary>
/// <remarks>A sector holds a number: 0 for zeros, less for bytes that <see cref="SectorBytes"/> keeps, more for
/// anything else.</remarks>
internal sealed class SimulatedDisk
{
    private readonly Random _random;
    private readonly HashSet<int> _dirty = [];
    private long[] _durable;
    private List<(long Tick, long Value)>?[] _cached;

    public SimulatedDisk(int sectors, Random random, Func<int, long> content)
    {
        _random = random;
        _durable = [.. Enumerable.Range(0, sectors).Select(sector => content(sector))];
        _cached = new List<(long, long)>?[sectors];
    }

    public int Sectors => _durable.Length;

    /// <summary>Goes on when a flush fails.</summary>
    public int Epoch { get; private set; }

    /// <summary>What was written up to now is before it.</summary>
    public long Tick { get; private set; }

    public long Durable(int sector) => _durable[sector];

    public long Read(int sector) => _cached[sector] is { Count: > 0 } cached ? cached[^1].Value : _durable[sector];

    public IEnumerable<long> Cached(int sector) => _cached[sector]?.Select(static one => one.Value) ?? [];

    public void Write(int sector, long value)
    {
        (_cached[sector] ??= []).Add((++Tick, value));
        _dirty.Add(sector);
    }

    public void WriteDurably(int sector, long value)
    {
        (_durable[sector], _cached[sector]) = (value, null);
        _dirty.Remove(sector);
    }

    /// <summary>A write of which nobody knows how far it came.</summary>
    public void WriteSome(int sector, long value)
    {
        switch (_random.Next(3))
        {
            case 0: Write(sector, value); break;
            case 1: WriteDurably(sector, value); break;
        }
    }

    public void Grow(int sectors, Func<int, long> content)
    {
        var had = _durable.Length;
        Array.Resize(ref _durable, had + sectors);
        Array.Resize(ref _cached, had + sectors);
        for (var sector = had; sector < _durable.Length; sector++)
        {
            _durable[sector] = content(sector);
        }
    }

    /// <summary>Makes durable what was written before a tick.</summary>
    public void Flush(long tick)
    {
        foreach (var sector in _dirty.ToArray())
        {
            var cached = _cached[sector]!;
            var count = cached.FindLastIndex(one => one.Tick <= tick) + 1;
            if (count > 0)
            {
                _durable[sector] = cached[count - 1].Value;
                cached.RemoveRange(0, count);
            }

            if (cached.Count == 0)
            {
                _dirty.Remove(sector);
            }
        }
    }

    /// <summary>Ends the epoch.</summary>
    /// <returns>The sectors that lost something.</returns>
    public HashSet<int> FailFlush()
    {
        Epoch++;
        HashSet<int> lost = [];
        foreach (var sector in _dirty.ToArray())
        {
            if (_random.Next(2) == 0)
            {
                _cached[sector] = null;
                _dirty.Remove(sector);
                lost.Add(sector);
            }
        }

        return lost;
    }

    public void CutPower()
    {
        foreach (var sector in _dirty)
        {
            var kept = _random.Next(_cached[sector]!.Count + 1);
            _durable[sector] = kept == 0 ? _durable[sector] : _cached[sector]![kept - 1].Value;
            _cached[sector] = null;
        }

        _dirty.Clear();
        Epoch++;
    }
}
