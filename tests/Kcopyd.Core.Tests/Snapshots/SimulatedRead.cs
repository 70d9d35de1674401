using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>A read on its way. It may see what was there when it began, and all that came since.</summary>
internal sealed class SimulatedRead
{
    private readonly ViewOracle _view;
    private readonly HashSet<long>[] _first;
    private readonly long _number;
    private readonly List<string> _wrong = [];
    private readonly Queue<(int Sector, SimulatedDisk Disk, int At)> _places;

    public SimulatedRead(
        ViewOracle view, long number, IEnumerable<(int Sector, SimulatedDisk Disk, int At)> places)
    {
        (_view, _number, _places) = (view, number, new Queue<(int, SimulatedDisk, int)>(places));
        Sectors = [.. _places.Select(static place => place.Sector)];
        _first = [.. Sectors.Select(sector => view[sector].Shown().ToHashSet())];
    }

    /// <summary>Whose chunks it found; null: the origin's.</summary>
    public SimulatedSnapshot? Snapshot { get; init; }

    public SnapshotRead? Token { get; init; }

    public int[] Sectors { get; }

    /// <summary>Whether anything was seen that was never to be seen.</summary>
    public IReadOnlyList<string> Wrong => _wrong;

    public bool TryReadOne()
    {
        if (!_places.TryDequeue(out var place))
        {
            return false;
        }

        var value = place.Disk.Read(place.At);
        var index = Array.IndexOf(Sectors, place.Sector);
        if (!_first[index].Contains(value) && !_view[place.Sector].MayShow(value) && !IsLater(value))
        {
            _wrong.Add($"sector {place.Sector} shows {value}, may show {_view[place.Sector]}");
        }

        return true;
    }

    private bool IsLater(long value) => value / SimulatedChunkRequest.ValuesPerNumber > _number;
}
