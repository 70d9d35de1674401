namespace Kcopyd.Actors.Tests.Crashes;

/// <summary>One sector: first what it may have held when all this began, then the writes since, in order.</summary>
internal sealed class StampedSector
{
    /// <summary>Stands for what it can no longer be.</summary>
    private const long Never = -1;

    private readonly List<long> _stamps;
    private int _alternatives;

    public StampedSector(IEnumerable<long> alternatives)
    {
        _stamps = [.. alternatives];
        _alternatives = _stamps.Count;
    }

    private StampedSector(StampedSector other)
    {
        (_stamps, _alternatives) = ([.. other._stamps], other._alternatives);
        (Acknowledged, Durable, Seen) = (other.Acknowledged, other.Durable, other.Seen);
    }

    /// <summary>The last write that was acknowledged; -1 for none. So the others.</summary>
    public int Acknowledged { get; private set; } = -1;

    public int Durable { get; private set; } = -1;

    public int Seen { get; private set; } = -1;

    /// <summary>Whether a flush before the last crash decides what it holds.</summary>
    public bool IsBound { get; private set; }

    /// <summary>The place of what no reader may find less than.</summary>
    public int Floor => Math.Max(Acknowledged, Seen);

    public StampedSector Clone() => new(this);

    public void Add(long stamp) => _stamps.Add(stamp);

    /// <summary>The last write ended well.</summary>
    public void Acknowledge(bool isDurable)
    {
        Acknowledged = _stamps.Count - 1;
        Durable = isDurable ? Acknowledged : Durable;
    }

    public void Harden(int place) => Durable = Math.Max(Durable, place);

    /// <summary>It never held this, and never will.</summary>
    public void Withdraw(long stamp)
    {
        var place = _stamps.LastIndexOf(stamp);
        _stamps[place] = Never;
    }

    /// <summary>What it may hold, or have held since what stands at a place was there.</summary>
    public IEnumerable<long> From(int floor) =>
        _stamps.Skip(floor < _alternatives ? 0 : floor).Where(static stamp => stamp != Never).Distinct();

    /// <summary>Whether a read that began at a floor may find this. What it then cannot be any more is forgotten.
    /// </summary>
    public bool TryRead(long stamp, int floor)
    {
        var found = stamp == Never ? -1 : _stamps.IndexOf(stamp, Math.Max(0, floor));
        if (found < 0)
        {
            return false;
        }

        if (found >= _alternatives)
        {
            Seen = Math.Max(Seen, found);
            return true;
        }

        if (floor < _alternatives && _stamps.IndexOf(stamp, _alternatives) < 0)
        {
            for (var i = 0; i < _alternatives; i++)
            {
                _stamps[i] = _stamps[i] == stamp ? stamp : Never;
            }
        }

        return true;
    }

    /// <summary>It holds one of what it may hold from a place on.</summary>
    public void Crash(int floor)
    {
        IsBound = floor >= _alternatives;
        List<long> rest = [.. From(floor)];
        _stamps.Clear();
        _stamps.AddRange(rest);
        (_alternatives, Acknowledged, Durable, Seen) = (_stamps.Count, -1, -1, -1);
    }

    public override string ToString() => $"[{string.Join(' ', _stamps)}]";
}
