using Kcopyd.Actors.Journaling;
using Kcopyd.Core;
using Kcopyd.Devices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kcopyd.Actors.Copying;

/// <summary>What a client is made with. Immutable.</summary>
public sealed record KcopydClientOptions
{
    /// <summary>Memory that all segments of the client share.</summary>
    /// <remarks>
    /// Default 64 MiB: 128 segments of 512 KiB. Rounded down to pages of 4096 bytes; at least one. A job whose segment
    /// is larger is refused. Allocated when the client is made, used as far as it is needed, freed with the client.
    /// </remarks>
    public ByteCount PageBudget
    {
        get;
        init => field = value.Value / Core.Paging.PageBudget.PageSize is >= 1 and <= int.MaxValue
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A budget is 4 KiB to 8 TiB.");
    } = 64.MiB;

    /// <summary>Bytes of source a second; 0 (the default): no limit. Can be changed while jobs run.</summary>
    public ByteCount BytesPerSecond
    {
        get;
        init => field = value.Value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A rate is not negative.");
    }

    /// <summary>Per cent of the time with I/O in flight, 0 to 100; 100 (the default): no limit. Can be changed while
    /// jobs run.</summary>
    public int Percent
    {
        get;
        init => field = value is >= 0 and <= 100
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A percentage is 0 to 100.");
    } = 100;

    /// <summary>How many jobs, queued or running, the client takes before it answers busy. Default 100,000; at least
    /// 1.</summary>
    public int QueueLimit
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A client takes at least one job.");
    } = 100_000;

    /// <summary>How many jobs are begun at once; the others wait as requests, which costs less than an actor
    /// each.</summary>
    /// <remarks>Default 1,024: as many segments of 64 KiB as the default budget holds. At least 1. Paused jobs do not
    /// count.</remarks>
    public int ActiveJobs
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "At least one job is active.");
    } = 1_024;

    /// <summary>After how long without a completion a job with I/O in flight is called stalled. Default 45 s;
    /// positive.</summary>
    public TimeSpan StallAfter
    {
        get;
        init => field = value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A stall takes a positive time.");
    } = TimeSpan.FromSeconds(45);

    /// <summary>How long disposal waits for I/O in flight before it gives up on it. Default 10 s; not
    /// negative.</summary>
    /// <remarks>
    /// Pages that the kernel still holds then stay allocated until it lets go. Where coordinated shutdown disposes the
    /// client, the timeout of its phase (<c>akka.coordinated-shutdown.default-phase-timeout</c>, 5 s) bounds it too.
    /// </remarks>
    public TimeSpan DisposeTimeout
    {
        get;
        init => field = value >= TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A timeout is not negative.");
    } = TimeSpan.FromSeconds(10);

    /// <summary>How journaled jobs are journaled; null (the default): such jobs are refused.</summary>
    public JournalOptions? Journal { get; init; }

    /// <summary>Opens the devices of <see cref="SubmitCopy"/>, which names them by URI; null (the default): such jobs
    /// are refused.</summary>
    public IBlockDeviceOpener? Opener { get; init; }

    /// <summary>Whether the client, when it is made, resumes every job of its journal that is neither over nor blocked
    /// and that nobody runs. Default false.</summary>
    /// <remarks>
    /// Needs a <see cref="Journal"/> and an <see cref="Opener"/>. A job whose devices are not there or not what its
    /// journal recorded is blocked, with the reason, and nothing is written; a job whose runner was at work a moment
    /// ago, as far as lock files do not tell, is left to it.
    /// </remarks>
    public bool ResumeOnStart { get; init; }

    /// <summary>Where the client logs. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The name of the client's actor under <c>/user</c>; null (the default): the system makes one
    /// up.</summary>
    public string? Name { get; init; }

    /// <summary>The budget in pages.</summary>
    internal int TotalPages => (int)(PageBudget.Value / Core.Paging.PageBudget.PageSize);
}
