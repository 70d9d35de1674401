namespace Kcopyd.Core.Throttling;

/// <summary>
/// The kernel's throttle (kernel-facts 1.10): at most so many per cent of the time with I/O in flight, over a window
/// of about a second. Times are on any one monotonic clock. Not safe for concurrent use.
/// </summary>
/// <remarks>
/// Unlike the kernel's, a wait does not hold up completions: it is told as a time, and the caller sets a timer.
/// </remarks>
public sealed class DutyCycle
{
    /// <summary>No throttle.</summary>
    public const int Off = 100;

    /// <summary>
    /// How often one start may be put off: with <see cref="Pause"/> that makes a second, so that 0 % still progresses.
    /// </summary>
    public const int MaxPauses = 10;

    /// <summary>How long a start is put off at a time.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>How far back the percentage looks: at this much time both counts are halved.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private TimeSpan _last;
    private TimeSpan _busy;
    private TimeSpan _total;
    private int _inFlight;
    private int _pauses;

    /// <summary>A throttle that begins to count at <paramref name="now"/>.</summary>
    /// <param name="percent">0 to 100; 100 is off.</param>
    /// <param name="now">The time on the caller's clock.</param>
    public DutyCycle(int percent, TimeSpan now)
    {
        _last = now;
        Change(percent);
    }

    /// <summary>The percentage, 0 to 100; 100 is off.</summary>
    public int Percent { get; private set; }

    /// <summary>Another percentage from now on.</summary>
    public void Change(int percent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        Percent = percent;
    }

    /// <summary>
    /// Asks to start I/O: true, and it counts as in flight, or false, and the caller asks again after
    /// <see cref="Pause"/>.
    /// </summary>
    public bool TryStart(TimeSpan now)
    {
        Account(now);
        if (Percent < Off && _pauses < MaxPauses && _busy > _total * (Percent / 100.0))
        {
            _pauses++;
            return false;
        }

        _pauses = 0;
        _inFlight++;
        return true;
    }

    /// <summary>I/O that was started is over.</summary>
    public void Finish(TimeSpan now)
    {
        Account(now);
        _inFlight--;
        Invariant.Holds(_inFlight >= 0);
    }

    private void Account(TimeSpan now)
    {
        var elapsed = now - _last;
        _last = now;
        _total += elapsed;
        _busy += _inFlight > 0 ? elapsed : TimeSpan.Zero;
        while (_total >= Window)
        {
            _total /= 2;
            _busy /= 2;
        }
    }
}
