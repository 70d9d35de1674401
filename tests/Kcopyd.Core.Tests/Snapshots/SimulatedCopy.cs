namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>A copy on its way between disks: what it has read, it may have read early.</summary>
internal sealed class SimulatedCopy(
    SimulatedDisk source, SectorRange range, IReadOnlyList<(SimulatedDisk Disk, int Start)> targets, object what)
{
    private readonly Dictionary<int, long> _read = [];

    public object What => what;

    public SectorRange Range => range;

    public IReadOnlyList<(SimulatedDisk Disk, int Start)> Targets => targets;

    /// <summary>The epochs of the targets when it began.</summary>
    public IReadOnlyList<int> Epochs { get; } = [.. targets.Select(static target => target.Disk.Epoch)];

    /// <summary>Reads a sector, and may write it.</summary>
    public void Some(Random random)
    {
        var sector = (int)range.Start + random.Next((int)range.Count);
        var value = ValueOf(sector);
        foreach (var (disk, start) in targets)
        {
            if (random.Next(2) == 0)
            {
                disk.WriteSome(start + sector - (int)range.Start, value);
            }
        }
    }

    public void Write(int target, bool isWhole)
    {
        var (disk, start) = targets[target];
        for (var sector = (int)range.Start; sector < range.End; sector++)
        {
            var at = start + sector - (int)range.Start;
            if (isWhole)
            {
                disk.Write(at, ValueOf(sector));
            }
            else
            {
                disk.WriteSome(at, ValueOf(sector));
            }
        }
    }

    private long ValueOf(int sector)
    {
        if (!_read.TryGetValue(sector, out var value))
        {
            value = source.Read(sector);
            _read.Add(sector, value);
        }

        return value;
    }
}
