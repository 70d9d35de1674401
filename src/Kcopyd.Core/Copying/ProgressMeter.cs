namespace Kcopyd.Core.Copying;

/// <summary>
/// Turns positions seen over time into a rate and a time of arrival. Immutable; times are on any one monotonic clock.
/// </summary>
/// <remarks>
/// The rate is an exponential mean: what happened <see cref="Memory"/> ago counts a third of what happens now.
/// </remarks>
public readonly record struct ProgressMeter
{
    /// <summary>How long the rate remembers: long enough to be read, short enough to notice a stall.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _began;
    private readonly TimeSpan _seen;
    private readonly long _counted;
    private readonly double _rate;

    /// <summary>A meter that begins at <paramref name="now"/> with so much done already, which is no rate.</summary>
    public ProgressMeter(TimeSpan now, long doneBytes = 0)
    {
        _began = now;
        _seen = now;
        DoneBytes = doneBytes;
        _counted = doneBytes;
    }

    private ProgressMeter(TimeSpan began, TimeSpan seen, long done, long counted, double rate)
    {
        _began = began;
        _seen = seen;
        DoneBytes = done;
        _counted = counted;
        _rate = rate;
    }

    /// <summary>What was done when it was last looked at, in bytes.</summary>
    public long DoneBytes { get; }

    /// <summary>Bytes a second, lately.</summary>
    public double BytesPerSecond => _rate;

    /// <summary>
    /// The meter after <paramref name="doneBytes"/> were seen done; what was seen before is never taken back.
    /// </summary>
    public ProgressMeter See(TimeSpan now, long doneBytes)
    {
        var done = Math.Max(DoneBytes, doneBytes);
        var elapsed = (now - _seen).TotalSeconds;
        if (elapsed <= 0)
        {
            // No rate comes of no time: the bytes wait until some has passed.
            return new ProgressMeter(_began, _seen, done, _counted, _rate);
        }

        var current = (done - _counted) / elapsed;

        // Until the memory is full the plain mean is the better guess.
        var age = (now - _began).TotalSeconds;
        var weight = age <= Memory.TotalSeconds
            ? elapsed / age
            : 1 - Math.Exp(-elapsed / Memory.TotalSeconds);
        return new ProgressMeter(_began, now, done, done, _rate + ((current - _rate) * Math.Min(1, weight)));
    }

    /// <summary>How long the rest takes at this rate; null while nothing moves, and for more than a year.</summary>
    public TimeSpan? Remaining(long totalBytes)
    {
        var rest = totalBytes - DoneBytes;
        if (rest <= 0)
        {
            return TimeSpan.Zero;
        }

        var seconds = _rate > 0 ? rest / _rate : double.PositiveInfinity;
        return seconds <= TimeSpan.FromDays(365).TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }
}
