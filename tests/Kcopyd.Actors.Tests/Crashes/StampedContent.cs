using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Kcopyd.Core;

namespace Kcopyd.Actors.Tests.Crashes;

/// <summary>What a device that was written to may hold, sector by sector, through reads, flushes and crashes.</summary>
/// <remarks>Every write stamps its sectors with a number of its own, so that a sector tells which write it has. No two
/// writes to one sector are in flight at a time: <see cref="CanWrite"/>.</remarks>
internal sealed class StampedContent
{
    private readonly StampedSector[] _sectors;
    private readonly StampSequence _stamps;
    private readonly List<(int Sector, int Place)> _unflushed = [];
    private readonly HashSet<StampedWrite> _open = [];
    private List<StampedWrite>? _whileTurning;
    private int _life;

    /// <summary>A device of zeros.</summary>
    public StampedContent(long sectors, StampSequence stamps)
    {
        (_sectors, _stamps) = (new StampedSector[sectors], stamps);
        Reset(static _ => 0);
    }

    public int SectorCount => _sectors.Length;

    /// <summary>How many sectors were found to hold a write because it had been flushed.</summary>
    public long FlushedSectors { get; private set; }

    /// <summary>The device holds stamps, durably.</summary>
    public void Reset(Func<int, long> stampOf)
    {
        for (var i = 0; i < _sectors.Length; i++)
        {
            _sectors[i] = new StampedSector([stampOf(i)]);
        }

        Forget();
    }

    /// <summary>Whether nothing is being written to these sectors.</summary>
    public bool CanWrite(int first, int count) =>
        !_open.Any(write => write.First < first + count && first < write.First + write.Count);

    /// <summary>A write begins. A failure is its end, too: what it wrote may be there or not.</summary>
    public StampedWrite BeginWrite(int first, int count, bool isZeroes)
    {
        var write = new StampedWrite(first, count, isZeroes ? 0 : _stamps.Next(), _life);
        Add(write);
        _open.Add(write);
        _whileTurning?.Add(write);
        return write;
    }

    /// <summary>A write ended well.</summary>
    public void Acknowledge(StampedWrite write, bool isDurable)
    {
        for (var i = write.First; write.Life == _life && i < write.First + write.Count; i++)
        {
            _sectors[i].Acknowledge(isDurable);
            if (!isDurable)
            {
                _unflushed.Add((i, _sectors[i].Acknowledged));
            }
        }

        _open.Remove(write);
    }

    /// <summary>A write ended somehow.</summary>
    public void Abandon(StampedWrite write) => _open.Remove(write);

    /// <summary>A write was refused: nothing of it was done.</summary>
    public void Withdraw(StampedWrite write)
    {
        for (var i = write.First; write.Life == _life && i < write.First + write.Count; i++)
        {
            _sectors[i].Withdraw(write.Stamp);
        }

        _open.Remove(write);
    }

    /// <summary>A flush begins: what it is to cover.</summary>
    public StampedFlush BeginFlush() => new([.. _unflushed], _life);

    /// <summary>A flush ended well.</summary>
    public void Acknowledge(StampedFlush flush)
    {
        foreach (var (sector, place) in flush.Life == _life ? flush.Covered : [])
        {
            _sectors[sector].Harden(place);
        }

        _unflushed.RemoveAll(write => _sectors[write.Sector].Durable >= write.Place);
    }

    /// <summary>A read begins: of each sector what it may not be older than.</summary>
    public StampedRead BeginRead(int first, int count) =>
        new(first, [.. _sectors.Skip(first).Take(count).Select(static sector => sector.Floor)], _life);

    /// <summary>A read ended well: complains if it goes back behind what it began with.</summary>
    public void EndRead(StampedRead read, ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; read.Life == _life && _whileTurning is null && i < read.Floors.Length; i++)
        {
            var stamp = StampOf(bytes.Slice(i * Sectors.Size, Sectors.Size), read.First + i);
            var sector = _sectors[read.First + i];
            if (!sector.TryRead(stamp, read.Floors[i]))
            {
                Assert.Fail(
                    $"A read of sector {read.First + i} found {stamp}, not one of {sector} from {read.Floors[i]} on.");
            }
        }
    }

    /// <summary>The program is gone: of every sector one of what it may hold now is there, durably.</summary>
    /// <param name="keepsCaches">Whether only the program ended, not the power.</param>
    public void Crash(bool keepsCaches)
    {
        foreach (var sector in _sectors)
        {
            sector.Crash(keepsCaches ? sector.Floor : sector.Durable);
        }

        Forget();
    }

    /// <summary>The program is gone, and what is not flushed is so still.</summary>
    public void Kill()
    {
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
            if (!_sectors[i].TryRead(stamp, _sectors[i].Floor))
            {
                Assert.Fail($"Sector {i} holds {stamp} after a crash, not one of {_sectors[i]}.");
            }
        }
    }

    /// <summary>What it holds at least, now.</summary>
    public StampedMoment Now() => new(
        [.. _sectors.Select(static sector => sector.Floor)], [.. _sectors.Select(static sector => sector.Durable)]);

    /// <summary>What every sector may hold, or have held since a moment.</summary>
    public IEnumerable<IEnumerable<long>> Since(int[] floors) =>
        _sectors.Zip(floors, static (sector, floor) => sector.From(floor));

    /// <summary>It holds one of these, durably: which, the first read tells.</summary>
    public void Begin(IEnumerable<IEnumerable<long>> alternatives)
    {
        foreach (var (index, stamps) in alternatives.Index())
        {
            _sectors[index] = new StampedSector(stamps);
        }

        Forget();
    }

    /// <summary>From now on it may be what another device is, and writes may be lost with what it was: until
    /// <see cref="Become"/> nobody knows what a read finds.</summary>
    public void BeginTurn() => _whileTurning = [.. _open];

    /// <summary>It is what another device is. Writes that were under way since <see cref="BeginTurn"/> may have come
    /// after that.</summary>
    public void Become(StampedContent other)
    {
        for (var i = 0; i < _sectors.Length; i++)
        {
            _sectors[i] = other._sectors[i].Clone();
        }

        _unflushed.Clear();
        _unflushed.AddRange(other._unflushed);
        _life++;
        _whileTurning!.ForEach(Add);
        _whileTurning = null;
    }

    /// <summary>Fills what is to be written.</summary>
    public static void Fill(StampedWrite write, Span<byte> bytes) => Fill(bytes, write.First, write.Stamp);

    /// <summary>Fills sectors.</summary>
    public static void Fill(Span<byte> bytes, long first, long stamp)
    {
        var numbers = MemoryMarshal.Cast<byte, long>(bytes);
        for (var i = 0; i < numbers.Length; i += 2)
        {
            (numbers[i], numbers[i + 1]) = (stamp, first + (i * sizeof(long) / Sectors.Size));
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

    private void Add(StampedWrite write)
    {
        for (var i = write.First; i < write.First + write.Count; i++)
        {
            _sectors[i].Add(write.Stamp);
        }
    }

    private void Forget()
    {
        _unflushed.Clear();
        _open.Clear();
        _whileTurning = null;
        _life++;
    }
}
