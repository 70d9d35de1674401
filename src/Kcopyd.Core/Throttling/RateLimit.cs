namespace Kcopyd.Core.Throttling;

/// <summary>
/// So many bytes a second: a schedule on which each request takes its time. Times are on any one monotonic clock.
/// </summary>
/// <param name="BytesPerSecond">The rate; 0 means no limit.</param>
/// <param name="FreeAt">When the schedule is free again.</param>
public readonly record struct RateLimit(long BytesPerSecond, TimeSpan FreeAt)
{
    /// <summary>
    /// What an idle time may be made up for: enough for smooth flow over timers of 10 ms, too little for a burst.
    /// </summary>
    public static readonly TimeSpan Credit = TimeSpan.FromMilliseconds(50);

    /// <summary>No limit.</summary>
    public static readonly RateLimit None;

    /// <summary>
    /// What is owed beyond <see cref="FreeAt"/>, in bytes times ticks: less than one tick. Left out, every 4 KiB at 1
    /// GB/s would be 2 % too cheap.
    /// </summary>
    private long Remainder { get; init; }

    /// <summary>A limit that is free now.</summary>
    /// <param name="bytesPerSecond">Bytes of source a second; 0 means no limit.</param>
    public static RateLimit Of(long bytesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesPerSecond);
        return new RateLimit(bytesPerSecond, TimeSpan.Zero);
    }

    /// <summary>How long a request made at <paramref name="now"/> has to wait; zero: it may go.</summary>
    public TimeSpan Wait(TimeSpan now) => BytesPerSecond == 0 || FreeAt <= now ? TimeSpan.Zero : FreeAt - now;

    /// <summary>The schedule after a request of <paramref name="bytes"/> went at <paramref name="now"/>.</summary>
    public RateLimit Take(TimeSpan now, long bytes)
    {
        if (BytesPerSecond == 0)
        {
            return this;
        }

        var (start, carried) = FreeAt > now - Credit ? (FreeAt, Remainder) : (now - Credit, 0);
        var (ticks, remainder) = Int128.DivRem(((Int128)bytes * TimeSpan.TicksPerSecond) + carried, BytesPerSecond);
        return this with { FreeAt = start + TimeSpan.FromTicks(checked((long)ticks)), Remainder = (long)remainder };
    }

    /// <summary>Another rate from <paramref name="now"/> on: what is still owed is owed at the new rate.</summary>
    public RateLimit ChangeTo(long bytesPerSecond, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesPerSecond);
        if (BytesPerSecond == 0 || bytesPerSecond == 0)
        {
            return Of(bytesPerSecond);
        }

        // The credit of an idle time is neither lost nor given twice.
        if (FreeAt <= now)
        {
            return new RateLimit(bytesPerSecond, FreeAt);
        }

        var owed = (FreeAt - now) * ((double)BytesPerSecond / bytesPerSecond);
        return new RateLimit(bytesPerSecond, now + owed);
    }
}
