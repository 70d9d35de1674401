using Kcopyd.Actors.Journaling;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kcopyd.Actors.Mirrors;

/// <summary>How a mirror works, beyond what its table says. Immutable.</summary>
public sealed record MirrorOptions
{
    /// <summary>The shortest <see cref="CleanDelay"/> and <see cref="RetryDelay"/>.</summary>
    public static readonly TimeSpan MinDelay = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest <see cref="CleanDelay"/> and <see cref="RetryDelay"/>.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromHours(1);

    /// <summary>What messages, logs and the identity call the mirror; null: <c>mirror:</c> and a number.</summary>
    public string? Name { get; init; }

    /// <summary>Recoveries at a time, 1 to 64; default 4.</summary>
    public int Recoveries
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MirrorPolicy.MaxRecoveries);
            field = value;
        }
    } = 4;

    /// <summary>How much one recovery covers where regions are smaller; default 1 MiB, at least a sector.</summary>
    public ByteCount RecoverySize
    {
        get;
        init => field = value.Value >= Sectors.Size
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A recovery covers at least a sector.");
    } = 1.MiB;

    /// <summary>The most bytes of the source that recoveries read a second; 0, the default: no limit. It does not hold
    /// while writes put regions out of sync faster than that.</summary>
    public ByteCount RecoveryRate
    {
        get;
        init => field = value.Value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A rate is not negative.");
    }

    /// <summary>Memory for the recoveries that are under way. Default 4 MiB; 8 KiB, two pages to compare, to 1 GiB.
    /// </summary>
    /// <remarks>Below 1 MiB segments are as large as all of it, and recoveries take turns.</remarks>
    public ByteCount PageBudget
    {
        get;
        init => field = value >= 8.KiB && value <= 1.GiB
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The memory is 8 KiB to 1 GiB.");
    } = 4.MiB;

    /// <summary>Whether recoveries step back while others read and write. Default true.</summary>
    public bool RecoveryYields { get; init; } = true;

    /// <summary>How long regions that were written to stay marked dirty; default 5 s, 10 ms to 1 h.</summary>
    /// <remarks>Longer costs fewer writes of the log and flushes of the legs, and more recovery after a
    /// crash.</remarks>
    public TimeSpan CleanDelay
    {
        get;
        init => field = Checked(value);
    } = TimeSpan.FromSeconds(5);

    /// <summary>After what time a recovery that failed is tried again; default 5 s, 10 ms to 1 h.</summary>
    public TimeSpan RetryDelay
    {
        get;
        init => field = Checked(value);
    } = TimeSpan.FromSeconds(5);

    /// <summary>Whether what one leg could not read is written back to it. Default true.</summary>
    public bool RepairsReads { get; init; } = true;

    /// <summary>What becomes of a log that holds something else than a log. Default: the mirror is refused.</summary>
    public LogTrust LogTrust { get; init; }

    /// <summary>Called with what happens to the mirror, one call at a time, in order, on no thread of the caller's.
    /// Must return soon. Null: nothing.</summary>
    public Action<MirrorNotice>? OnNotice { get; init; }

    /// <summary>Saves the table that the mirror is to be started with next time, and is waited for before any write is
    /// completed that only this table makes safe. Null, the default: nobody saves it.</summary>
    /// <remarks>The log does not say which leg failed: of a region that is out of sync, the first leg of the table is
    /// believed. When the first leg fails and <c>keep_log</c> lets writes go on without it, or when it is replaced,
    /// another has to be first. It is called again until it succeeds.</remarks>
    public Func<MirrorTable, Task>? SaveTable { get; init; }

    /// <summary>The journal of a log of type <c>journal</c>; null: <see cref="JournalOptions"/>' defaults.</summary>
    public JournalOptions? Journal { get; init; }

    /// <summary>How long closing waits for what is in flight. Default 10 s; at least 10 ms.</summary>
    public TimeSpan DisposeTimeout
    {
        get;
        init => field = Checked(value);
    } = TimeSpan.FromSeconds(10);

    /// <summary>Where the mirror logs.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal ILogger Logger => field ??= LoggerFactory.CreateLogger("Kcopyd.Actors.Mirrors");

    private static TimeSpan Checked(TimeSpan value) => value >= MinDelay && value <= MaxDelay
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, "A delay is 10 ms to 1 h.");
}
