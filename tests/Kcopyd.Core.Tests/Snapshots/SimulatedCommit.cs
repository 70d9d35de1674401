using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>A commit on its way, step by step: zeros over the next area, a flush, the area.</summary>
internal sealed class SimulatedCommit(
    SimulatedSnapshot snapshot, StoreCommit changes, SectorBytes bytes, Func<bool> fails, Action<HashSet<int>> lose)
{
    private readonly byte[] _image = changes.Image.ToArray();
    private readonly SimulatedDisk _disk = snapshot.Disk;
    private int _step;

    public StoreCommit Changes => changes;

    private int Start => (int)snapshot.Layout.RangeOf(snapshot.Layout.AreaChunk(changes.Area)).Start;

    /// <summary>Takes the next step.</summary>
    /// <returns>Whether it is over, and durable; null: it goes on.</returns>
    public bool? Go()
    {
        switch (_step++)
        {
            case 0:
                return Zero();
            case 1:
                return Flush();
            default:
                Assert.True(changes.Image.Span.SequenceEqual(_image), "the image changed meanwhile");
                return Write();
        }
    }

    /// <summary>The power is cut: the step that comes may have begun.</summary>
    public void Cut()
    {
        if (_step == 0)
        {
            ForEachOfNextArea(sector => _disk.WriteSome(sector, 0));
        }
        else if (_step == 2)
        {
            ForEachChanged(_disk.WriteSome);
        }
    }

    private bool? Zero()
    {
        if (fails())
        {
            ForEachOfNextArea(sector => _disk.WriteSome(sector, 0));
            return false;
        }

        ForEachOfNextArea(sector => _disk.Write(sector, 0));
        return null;
    }

    private bool? Flush()
    {
        var isLost = changes.Exceptions.Any(exception => exception.WriteEpoch != _disk.Epoch);
        if (isLost || fails())
        {
            lose(isLost ? [] : _disk.FailFlush());
            return false;
        }

        _disk.Flush(_disk.Tick);
        return null;
    }

    private bool Write()
    {
        if (fails())
        {
            ForEachChanged(_disk.WriteSome);
            return false;
        }

        ForEachChanged(_disk.WriteDurably);
        return true;
    }

    private void ForEachOfNextArea(Action<int> action)
    {
        if (changes.NextArea is { } area)
        {
            var range = snapshot.Layout.RangeOf(snapshot.Layout.AreaChunk(area));
            for (var sector = range.Start; sector < range.End; sector++)
            {
                action((int)sector);
            }
        }
    }

    private void ForEachChanged(Action<int, long> action)
    {
        var (offset, length) = changes.Changed.GetOffsetAndLength(_image.Length);
        Assert.Equal(0, (offset | length) % Sectors.Size);
        for (var at = offset; at < offset + length; at += Sectors.Size)
        {
            action(Start + (at / Sectors.Size), bytes.Keep(_image.AsSpan(at, Sectors.Size)));
        }
    }
}
