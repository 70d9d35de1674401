using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>What a plain device in memory would hold: for each sector the last version that was answered, and the last
/// that was asked for. A sector has one writer, whose requests follow each other.</summary>
/// <remarks>A read that began when a version was answered, and ended before a later one was asked for, returns one of
/// those between. Safe for concurrent calls of the writers and any readers.</remarks>
internal sealed class ModelDevice(int number, int sectors)
{
    private readonly Lock _lock = new();
    private readonly long[] _answered = new long[sectors];
    private readonly long[] _asked = new long[sectors];
    private readonly long[] _zeros = new long[sectors];
    private TaskCompletionSource? _empty;
    private TaskCompletionSource? _opened;
    private int _users;

    /// <summary>Its number among the devices, so that one's data is not taken for another's.</summary>
    public int Number => number;

    public int SectorCount => sectors;

    /// <summary>The device; another when another takes its place.</summary>
    public required IBlockDevice Device { get; set; }

    /// <summary>Whether what is discarded is zeros, nothing, or either.</summary>
    public bool? DiscardsAreZeros { get; set; }

    /// <summary>Completes when it may be used.</summary>
    public Task Opened
    {
        get
        {
            lock (_lock)
            {
                return _opened?.Task ?? Task.CompletedTask;
            }
        }
    }

    /// <summary>Whether it may be used now; who uses it says when he is done.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            _users += _empty is null ? 1 : 0;
            return _empty is null;
        }
    }

    public void Exit()
    {
        lock (_lock)
        {
            if (--_users == 0)
            {
                _empty?.TrySetResult();
            }
        }
    }

    /// <summary>Lets nobody use it; completes when nobody does.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _opened ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_users == 0)
            {
                _empty.TrySetResult();
            }

            return _empty.Task;
        }
    }

    public void Open()
    {
        lock (_lock)
        {
            _opened?.TrySetResult();
            (_empty, _opened) = (null, null);
        }
    }

    public long Answered(int sector) => Volatile.Read(ref _answered[sector]);

    /// <summary>All of it is known to be of these versions.</summary>
    public void Set(int sector, long version)
    {
        _zeros[sector] = ModelVersion.IsZeros(version) ? version : 0;
        _asked[sector] = version;
        Volatile.Write(ref _answered[sector], version);
    }

    /// <summary>All that is said of another is true of this one.</summary>
    public void Set(ModelDevice other)
    {
        for (var sector = 0; sector < sectors; sector++)
        {
            Set(sector, other.Answered(sector));
        }
    }

    /// <summary>A change is about to be asked for.</summary>
    /// <returns>The last zeros that were asked for before, for <see cref="Withdraw"/>.</returns>
    public long[] Ask(int first, int count, long version)
    {
        var zeros = _zeros.AsSpan(first, count).ToArray();
        for (var sector = first; sector < first + count; sector++)
        {
            if (ModelVersion.IsZeros(version))
            {
                Volatile.Write(ref _zeros[sector], version);
            }

            Volatile.Write(ref _asked[sector], version);
        }

        return zeros;
    }

    /// <summary>It was done.</summary>
    public void Answer(int first, int count, long version)
    {
        for (var sector = first; sector < first + count; sector++)
        {
            Volatile.Write(ref _answered[sector], version);
        }
    }

    /// <summary>What was asked for did not happen.</summary>
    public void Withdraw(int first, long[] zeros)
    {
        for (var i = 0; i < zeros.Length; i++)
        {
            Volatile.Write(ref _asked[first + i], Answered(first + i));
            Volatile.Write(ref _zeros[first + i], zeros[i]);
        }
    }

    /// <summary>What was answered of a range, before it is read.</summary>
    public long[] Begin(int first, int count)
    {
        var floor = new long[count];
        for (var i = 0; i < count; i++)
        {
            floor[i] = Answered(first + i);
        }

        return floor;
    }

    /// <summary>Refuses what no plain device could have returned.</summary>
    public void Check(int first, long[] floor, ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < floor.Length; i++)
        {
            var sector = first + i;
            var read = ModelVersion.Read(bytes.Slice(i * Sectors.Size, Sectors.Size), sector);
            var ceiling = Volatile.Read(ref _asked[sector]);
            var isPossible = read is { } version
                ? version == floor[i]
                    || (version > floor[i] && version <= ceiling && ModelVersion.DeviceOf(version) == (byte)number)
                : ModelVersion.IsZeros(floor[i]) || Volatile.Read(ref _zeros[sector]) > floor[i];
            if (!isPossible)
            {
                throw new InvalidDataException(
                    $"sector {sector} of device {number} is of version {read}, not {floor[i]} to {ceiling}");
            }
        }
    }
}
