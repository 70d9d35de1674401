using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Kcopyd.Core;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>What a device that was written to may hold, sector by sector, through reads, flushes and crashes.</summary>
/// <remarks>Every write stamps its sectors with a number of its own, so that a sector tells which write it has. No two
/// writes to one sector are in flight at a time: <see cref="CanWrite"/>.</remarks>
internal sealed class MirrorContent
{
    private readonly Sector[] _sectors;
    private readonly List<(Sector Sector, int Place)> _unflushed = [];
    private readonly HashSet<MirrorWrite> _open = [];
    private long _writes;
    private int _life;

    /// <summary>A device of zeros.</summary>
    public MirrorContent(long sectors)
    {
        _sectors = new Sector[sectors];
        Reset();
    }

    public int SectorCount => _sectors.Length;

    /// <summary>How many sectors were found to hold a write because it had been flushed.</summary>
    public long FlushedSectors { get; private set; }

    /// <summary>The device is zeros, durably.</summary>
    public void Reset()
    {
        for (var i = 0; i < _sectors.Length; i++)
        {
            _sectors[i] = new Sector();
        }

        _unflushed.Clear();
        _open.Clear();
        _life++;
    }

    /// <summary>Whether nothing is being written to these sectors.</summary>
    public bool CanWrite(int first, int count) =>
        !_open.Any(write => write.First < first + count && first < write.First + write.Count);

    /// <summary>A write begins. A failure is its end, too: what it wrote may be there or not.</summary>
    public MirrorWrite BeginWrite(int first, int count, bool isZeroes)
    {
        var write = new MirrorWrite(first, count, isZeroes ? 0 : ++_writes, _life);
        for (var i = first; i < first + count; i++)
        {
            _sectors[i].Stamps.Add(write.Stamp);
        }

        _open.Add(write);
        return write;
    }

    /// <summary>A write ended well.</summary>
    public void Acknowledge(MirrorWrite write, bool isDurable)
    {
        for (var i = write.First; i < write.First + write.Count; i++)
        {
            var sector = _sectors[i];
            sector.Acknowledged = sector.Stamps.Count - 1;
            if (isDurable)
            {
                sector.Durable = sector.Acknowledged;
            }
            else
            {
                _unflushed.Add((sector, sector.Acknowledged));
            }
        }

        _open.Remove(write);
    }

    /// <summary>A write ended somehow.</summary>
    public void Abandon(MirrorWrite write) => _open.Remove(write);

    /// <summary>A flush begins: what it is to cover.</summary>
    public (int Life, (Sector Sector, int Place)[] Covered) BeginFlush() => (_life, [.. _unflushed]);

    /// <summary>A flush ended well.</summary>
    public void Acknowledge((int Life, (Sector Sector, int Place)[] Covered) flush)
    {
        foreach (var (sector, place) in flush.Life == _life ? flush.Covered : [])
        {
            sector.Durable = Math.Max(sector.Durable, place);
        }

        _unflushed.RemoveAll(write => write.Sector.Durable >= write.Place);
    }

    /// <summary>A read begins: of each sector what it may not be older than.</summary>
    public int[] BeginRead(int first, int count) =>
        [.. _sectors.Skip(first).Take(count).Select(sector => Math.Max(sector.Acknowledged, sector.Seen))];

    /// <summary>A read ended well: complains if it goes back behind what it began with.</summary>
    public void EndRead(int first, int[] floors, ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < floors.Length; i++)
        {
            var stamp = StampOf(bytes.Slice(i * Sectors.Size, Sectors.Size), first + i);
            var sector = _sectors[first + i];
            if (!sector.TryRead(stamp, floors[i]))
            {
                Assert.Fail($"A read of sector {first + i} found {stamp}, not one of {sector} from {floors[i]} on.");
            }
        }
    }

    /// <summary>The program is gone: of every sector one of what it may hold now is there.</summary>
    /// <param name="keepsCaches">Whether only the program ended, not the power.</param>
    public void Crash(bool keepsCaches)
    {
        foreach (var sector in _sectors)
        {
            sector.Crash(keepsCaches ? Math.Max(sector.Acknowledged, sector.Seen) : sector.Durable);
        }

        _unflushed.Clear();
        _open.Clear();
        _life++;
    }

    /// <summary>After a crash: this is what is there, from now on.</summary>
    public void Settle(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < _sectors.Length; i++)
        {
            var stamp = StampOf(bytes.Slice(i * Sectors.Size, Sectors.Size), i);
            FlushedSectors += _sectors[i].IsBound ? 1 : 0;
            if (!_sectors[i].TryRead(stamp, -1))
            {
                Assert.Fail($"Sector {i} holds {stamp} after a crash, not one of {_sectors[i]}.");
            }
        }
    }

    /// <summary>Fills what is to be written.</summary>
    public static void Fill(MirrorWrite write, Span<byte> bytes)
    {
        var numbers = MemoryMarshal.Cast<byte, long>(bytes);
        for (var i = 0; i < numbers.Length; i += 2)
        {
            (numbers[i], numbers[i + 1]) = (write.Stamp, write.First + (i * sizeof(long) / Sectors.Size));
        }
    }

    /// <summary>The stamp of a sector; -1 if it is none.</summary>
    private static long StampOf(ReadOnlySpan<byte> bytes, long sector)
    {
        var stamp = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var numbers = MemoryMarshal.Cast<byte, long>(bytes);
        var second = stamp == 0 ? 0 : sector;
        for (var i = 0; i < numbers.Length; i += 2)
        {
            if (numbers[i] != stamp || numbers[i + 1] != second)
            {
                return -1;
            }
        }

        return stamp;
    }

    /// <summary>One sector: first what it may have held when the program began, then the writes since, in
    /// order.</summary>
    internal sealed class Sector
    {
        private int _alternatives = 1;
        private int _life;

        public List<long> Stamps { get; private set; } = [0];

        /// <summary>The last write that was acknowledged in this life; -1 for none. So the others.</summary>
        public int Acknowledged { get; set; } = -1;

        public int Durable { get; set; } = -1;

        public int Seen { get; private set; } = -1;

        /// <summary>Whether a flush of the life before decides what it holds.</summary>
        public bool IsBound { get; private set; }

        /// <summary>Whether a read that began at a floor may find this. What it then cannot be any more is
        /// forgotten.</summary>
        public bool TryRead(long stamp, int floor)
        {
            var from = Math.Max(0, floor);
            var found = Stamps.IndexOf(stamp, from);
            if (stamp < 0 || found < 0)
            {
                return false;
            }

            if (found >= _alternatives)
            {
                Seen = Math.Max(Seen, found);
                return true;
            }

            if (floor < _alternatives && Stamps.IndexOf(stamp, _alternatives) < 0)
            {
                for (var i = 0; i < _alternatives; i++)
                {
                    Stamps[i] = Stamps[i] == stamp ? stamp : -1;
                }
            }

            return true;
        }

        public void Crash(int floor)
        {
            IsBound = floor >= _alternatives;
            Stamps = [.. Stamps.Skip(IsBound ? floor : 0).Where(stamp => stamp >= 0).Distinct()];
            (_alternatives, Acknowledged, Durable, Seen) = (Stamps.Count, -1, -1, -1);
            _life++;
        }

        public override string ToString() => $"[{string.Join(' ', Stamps)}] in life {_life}";
    }
}
