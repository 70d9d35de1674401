using System.Numerics;
using Kcopyd.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kcopyd.Actors.Snapshots;

/// <summary>How an origin works. Immutable.</summary>
public sealed record OriginOptions
{
    /// <summary>What messages, logs and the identity call the origin; null: <c>origin:</c> and a number.</summary>
    public string? Name { get; init; }

    /// <summary>Memory for the copies that are under way. Default 4 MiB; 4 KiB to 1 GiB.</summary>
    /// <remarks>Below 1 MiB segments are as large as all of it, and copies take turns.</remarks>
    public ByteCount PageBudget
    {
        get;
        init => field = value >= 4.KiB && value <= 1.GiB
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The memory is 4 KiB to 1 GiB.");
    } = 4.MiB;

    /// <summary>The most bytes that copies to and from stores read a second; 0, the default: no limit.</summary>
    public ByteCount CopyRate
    {
        get;
        init => field = value.Value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A rate is not negative.");
    }

    /// <summary>Per cent of the time that copies have I/O in flight, 0 to 100; 100, the default: no limit. As
    /// dm-snapshot's <c>snapshot_copy_throttle</c>.</summary>
    public int CopyPercent
    {
        get;
        init => field = value is >= 0 and <= 100
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A percentage is 0 to 100.");
    } = 100;

    /// <summary>What positions and lengths of requests are multiples of, at least; as the device underneath has it
    /// where that is more. Unit: bytes. Default 512; a power of two up to 64 KiB.</summary>
    /// <remarks>A snapshot is merged only if the blocks of its COW device are no larger.</remarks>
    public int LogicalBlockSize
    {
        get;
        init => field = BitOperations.IsPow2(value) && value is >= Sectors.Size and <= 64 * 1024
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A power of two, 512 to 65,536 bytes.");
    } = Sectors.Size;

    /// <summary>How long closing waits for what is in flight. Default 10 s; 10 ms to 1 h.</summary>
    public TimeSpan DisposeTimeout
    {
        get;
        init => field = value >= TimeSpan.FromMilliseconds(10) && value <= TimeSpan.FromHours(1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A delay is 10 ms to 1 h.");
    } = TimeSpan.FromSeconds(10);

    /// <summary>Where the origin and its snapshots log.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal ILogger Logger => field ??= LoggerFactory.CreateLogger("Kcopyd.Actors.Snapshots");
}
