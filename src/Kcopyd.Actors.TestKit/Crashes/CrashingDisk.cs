using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>A disk with a volatile write cache, in memory: it stays through power cuts, and what was opened of it does
/// not.</summary>
/// <remarks>
/// <para>
/// Writes, zeroes and discards go into the cache and are read from there. A flush makes durable what had completed
/// before it began, and nothing else: the least that <see cref="IBlockDevice"/> promises. A durable write (FUA) is
/// durable when its answer arrives. A discarded range reads as zeros.
/// </para>
/// <para>
/// A cut (<see cref="PowerSupply.Cut"/>) leaves of every sector of 512 bytes its durable version or any one of the
/// unflushed versions after it; writes tear, and are reordered. What was unflushed and survives is durable then.
/// </para>
/// <para>
/// It takes memory for what is written, in pieces of 4 KiB, so it may be many terabytes long. Any thread may call.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var power = new PowerSupply(seed);
/// var disk = new CrashingDisk("target", 1.MiB, power);
/// var device = disk.Open();
/// await device.WriteAsync(0, page, WriteDurability.Cached, default);
/// power.Cut();                                  // device is dead now
/// power.Restore();
/// device = disk.Open();                         // same identity, a new write epoch, some sectors of the page
/// </code>
/// </example>
public sealed class CrashingDisk : IPowered
{
    private const int MaxBlockSize = 65536;

    private readonly WriteCache _cache = new();
    private readonly SparseImage _content = new();
    private readonly int _blockSize;
    private readonly long _originalLength;
    private CrashingBlockDevice? _writer;
    private int _serial = 1;
    private int _readers;
    private int _failingFlush;
    private long _readersLife;

    /// <summary>A disk of zeros.</summary>
    /// <param name="name">What it is called in messages and in the log; its URI is <c>crashing:NAME</c>.</param>
    /// <param name="length">Its size; need not be whole sectors.</param>
    /// <param name="power">What it is plugged into.</param>
    /// <param name="logicalBlockSize">What positions and lengths must be multiples of: a power of two up to 64 KiB; 1
    /// for a device of bytes.</param>
    public CrashingDisk(string name, ByteCount length, PowerSupply power, int logicalBlockSize = Sectors.Size)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(power);
        ArgumentOutOfRangeException.ThrowIfNegative(length.Value, nameof(length));
        ArgumentOutOfRangeException.ThrowIfLessThan(logicalBlockSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(logicalBlockSize, MaxBlockSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(
            BitOperations.IsPow2(logicalBlockSize), true, nameof(logicalBlockSize));
        (Name, Power, _blockSize, _originalLength) = (name, power, logicalBlockSize, length.Value);
        Length = length;
        power.Plug(this);
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary><c>crashing:NAME</c>.</summary>
    public string Uri => $"crashing:{Name}";

    /// <summary>Its size.</summary>
    public ByteCount Length { get; private set; }

    /// <summary>What it is plugged into.</summary>
    public PowerSupply Power { get; }

    /// <summary>What every request waits for twice: on its way to the disk, and its answer on the way back. Default
    /// nothing: calls complete at once.</summary>
    /// <remarks>
    /// In a simulation, <c>_ => new ValueTask(loop.YieldAsync())</c>. Between the two the request is done and not
    /// answered: a flush that begins then need not cover it, and a cut then fails it. A decorator around the device
    /// (<see cref="Simulation.SimulatedBlockDevice"/>) delays the answer too, but the disk counts it as given.
    /// </remarks>
    public Func<DeviceRequest, ValueTask>? Transit { get; init; }

    /// <summary>Every write, write zeroes, discard and flush, through all openings, and the cuts; several disks may
    /// share one. Null (the default): nothing is written down.</summary>
    public DeviceLog? Log { get; init; }

    /// <summary>How many writes stand in the cache.</summary>
    public int UnflushedWrites
    {
        get
        {
            lock (Power.Gate)
            {
                return _cache.Unflushed;
            }
        }
    }

    /// <summary>Flushes that began since the disk was made or <see cref="Reset"/>, without those that were refused
    /// because of their write epoch.</summary>
    public int Flushes { get; private set; }

    internal WriteCache Cache => _cache;

    /// <summary>The number of the current write epoch: a failed flush and a cut end one.</summary>
    internal long WriteEpoch { get; set; } = 1;

    /// <summary>How many times what was open of it was made to fail, other than by a cut.</summary>
    internal int Kills { get; private set; }

    internal BlockDeviceIdentity Identity => new(Uri, Length.Value, Marks());

    internal BlockDeviceGeometry Geometry(bool isReadOnly) => new(
        Length.Value,
        _blockSize,
        _blockSize,
        isReadOnly,
        BlockDeviceAbilities.WriteZeroes | BlockDeviceAbilities.Discard | BlockDeviceAbilities.BlockStatus
            | (_blockSize == 1 ? BlockDeviceAbilities.ByteGranular : 0));

    /// <summary>Opens it: one at a time for writing, or any number for reading.</summary>
    /// <exception cref="DeviceException">There is no power, or it is open.</exception>
    public CrashingBlockDevice Open(BlockDeviceAccess access = BlockDeviceAccess.ReadWrite)
    {
        lock (Power.Gate)
        {
            if (!Power.IsOn)
            {
                throw Refusal(DeviceErrorKind.NotFound, $"the power is cut ({Power})");
            }

            var readers = _readersLife == Power.Life ? _readers : 0;
            if (_writer is { IsAlive: true } || (readers > 0 && access == BlockDeviceAccess.ReadWrite))
            {
                throw Refusal(DeviceErrorKind.Busy, "it is open already; dispose the device, or cut the power");
            }

            var device = new CrashingBlockDevice(this, access);
            if (access == BlockDeviceAccess.ReadWrite)
            {
                _writer = device;
            }
            else
            {
                (_readers, _readersLife) = (readers + 1, Power.Life);
            }

            return device;
        }
    }

    /// <summary>Makes it hold, durably, the pattern of <see cref="TestPatterns"/>; that is what <see cref="Reset"/>
    /// restores from now on.</summary>
    public void Fill(int seed)
    {
        lock (Power.Gate)
        {
            var buffer = new byte[65536];
            for (long offset = 0; offset < Length.Value; offset += buffer.Length)
            {
                var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, Length.Value - offset));
                TestPatterns.Fill(part, offset, seed);
                _content.Write(offset, part);
            }

            Restore();
        }
    }

    /// <summary>Makes it hold, durably, these bytes from <paramref name="offset"/> on; <see cref="Reset"/> restores
    /// them.</summary>
    public void Fill(long offset, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, Length.Value - offset);
        lock (Power.Gate)
        {
            _content.Write(offset, bytes);
            Restore();
        }
    }

    /// <summary>Reads past all devices, with power or without, what a reader would see.</summary>
    public void Read(long offset, Span<byte> buffer)
    {
        CheckWithin(offset, buffer.Length);
        lock (Power.Gate)
        {
            _cache.Read(offset, buffer);
        }
    }

    /// <summary>Reads past all devices, with power or without, what is durable.</summary>
    public void ReadDurable(long offset, Span<byte> buffer)
    {
        CheckWithin(offset, buffer.Length);
        lock (Power.Gate)
        {
            _cache.ReadStable(offset, buffer);
        }
    }

    /// <summary>Lets a flush fail, once: with EIO, having written some of the sectors that it covered and, as Linux
    /// does, marked all of them clean. Reads still see what is lost, until the cache is dropped or the power
    /// cut.</summary>
    /// <remarks>Ends the write epoch: a flush of the old one fails with
    /// <see cref="DeviceErrorKind.UnflushedWritesLost"/>, one of the new one succeeds.</remarks>
    /// <param name="number">Which one, counted from 1 from now on.</param>
    public void FailFlush(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        lock (Power.Gate)
        {
            _failingFlush = Flushes + number;
        }
    }

    /// <summary>Another disk takes its place: zeros, another serial number, perhaps another length, the same
    /// name.</summary>
    /// <remarks>What was open of the old one fails. <see cref="Reset"/> brings the old one back.</remarks>
    public void Replace(ByteCount? length = null)
    {
        lock (Power.Gate)
        {
            Kill();
            var longest = Math.Max(Length.Value, length?.Value ?? 0);
            _cache.Invalidate();
            _cache.Reset(new SparseImage(), longest);
            _cache.Invalidate();
            _serial++;
            Length = length ?? Length;
        }
    }

    /// <summary>As when it was made and filled: for the next run. What is open of it fails.</summary>
    public void Reset()
    {
        lock (Power.Gate)
        {
            Kill();
            var longest = Math.Max(Length.Value, _originalLength);
            (Length, _serial, Flushes, _failingFlush) = (new ByteCount(_originalLength), 1, 0, 0);
            WriteEpoch = 1;
            _cache.Reset(_content, longest);
        }
    }

    /// <summary>The place of the first byte that another disk has otherwise, as reads see them; null for none. The
    /// shorter length counts.</summary>
    public long? FirstDifference(CrashingDisk other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var (left, right) = (new byte[65536], new byte[65536]);
        var length = Math.Min(Length.Value, other.Length.Value);
        for (long offset = 0; offset < length; offset += left.Length)
        {
            var count = (int)Math.Min(left.Length, length - offset);
            Read(offset, left.AsSpan(0, count));
            other.Read(offset, right.AsSpan(0, count));
            var equal = left.AsSpan(0, count).CommonPrefixLength(right.AsSpan(0, count));
            if (equal < count)
            {
                return offset + equal;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Uri}, {Length}, {UnflushedWrites} unflushed, {Power}";

    void IPowered.LosePower(SeededRandom random)
    {
        Log?.Mark($"power cut of {Name}: {Power.LastCut}");
        _cache.Cut(random);
        WriteEpoch++;
        _failingFlush = 0;
    }

    /// <summary>Counts a flush; true when this one is to fail. Under the gate.</summary>
    internal bool BeginFlush() => ++Flushes == _failingFlush;

    internal SeededRandom FaultRandom() =>
        new(SeededRandom.Mix((ulong)(uint)Power.Seed + ((ulong)Flushes << 32) + (ulong)WriteEpoch));

    internal void Close(CrashingBlockDevice device)
    {
        if (device != _writer && _readersLife == Power.Life && _readers > 0)
        {
            _readers--;
        }
    }

    private void Kill() => (Kills, _writer, _readers) = (Kills + 1, null, 0);

    private void Restore()
    {
        _cache.Invalidate();
        _cache.Reset(_content, Length.Value);
    }

    private ImmutableSortedDictionary<string, string> Marks() => ImmutableSortedDictionary<string, string>.Empty.Add(
        "serial", string.Create(CultureInfo.InvariantCulture, $"{Name}-{_serial}"));

    private void CheckWithin(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length.Value - offset);
    }

    private DeviceException Refusal(DeviceErrorKind kind, string reason) =>
        new(Uri, DeviceOperation.Open, kind, reason);
}
