namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>What one sector of an origin or a snapshot may show, now and after a power cut.</summary>
internal sealed class SectorHistory(long safe)
{
    private enum Fate
    {
        Busy,
        Done,
        Unknown,
    }

    /// <summary>In the order they began; no two are busy.</summary>
    private List<(long Number, long Value, Fate Fate)>? _changes;

    private long _safe = safe;

    public bool IsBusy => _changes is { Count: > 0 } && _changes[^1].Fate == Fate.Busy;

    /// <summary>The last change that is done; 0: none since what is safe.</summary>
    public long LastDone => _changes?.FindLast(static change => change.Fate == Fate.Done).Number ?? 0;

    public void Begin(long number, long value)
    {
        Assert.False(IsBusy);
        (_changes ??= []).Add((number, value, Fate.Busy));
    }

    public void Done() => End(Fate.Done);

    public void Failed() => End(Fate.Unknown);

    public void Undone() => _changes!.RemoveAt(BusyIndex());

    /// <summary>What was done up to a number is durable, if it has not been lost since.</summary>
    public void Flushed(long number)
    {
        var index = _changes?.FindIndex(change => change.Number == number && change.Fate == Fate.Done) ?? -1;
        if (index >= 0)
        {
            _safe = _changes![index].Value;
            _changes.RemoveRange(0, index + 1);
        }
    }

    /// <summary>A cache lost something: all since the last flush may be there or not.</summary>
    public void Lost()
    {
        for (var i = 0; i < _changes?.Count; i++)
        {
            _changes[i] = _changes[i] with { Fate = _changes[i].Fate == Fate.Done ? Fate.Unknown : _changes[i].Fate };
        }
    }

    public bool MayShow(long value)
    {
        for (var i = (_changes?.Count ?? 0) - 1; i >= 0; i--)
        {
            if (_changes![i].Value == value || _changes[i].Fate == Fate.Done)
            {
                return _changes[i].Value == value;
            }
        }

        return value == _safe;
    }

    public IEnumerable<long> Shown() =>
        (_changes?.Select(static change => change.Value) ?? []).Append(_safe).Where(MayShow).Distinct();

    public bool MaySurvive(long value) =>
        value == _safe || (_changes is not null && _changes.Exists(change => change.Value == value));

    /// <summary>A cut decided.</summary>
    public void Survived(long value) => (_safe, _changes) = (value, null);

    public override string ToString() => $"{_safe} {string.Join(' ', _changes ?? [])}";

    private void End(Fate fate)
    {
        var index = BusyIndex();
        _changes![index] = _changes[index] with { Fate = fate };
    }

    private int BusyIndex()
    {
        Assert.True(IsBusy);
        return _changes!.Count - 1;
    }
}
