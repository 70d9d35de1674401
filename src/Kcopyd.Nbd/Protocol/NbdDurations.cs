namespace Kcopyd.Nbd.Protocol;

/// <summary>What durations of options may be.</summary>
internal static class NbdDurations
{
    /// <summary>More is a slip, and more than some timers take.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <exception cref="ArgumentOutOfRangeException">It is not up to a day.</exception>
    public static void Check(TimeSpan duration, bool mayBeZero, string name)
    {
        if (duration < TimeSpan.Zero || duration > Longest || (duration == TimeSpan.Zero && !mayBeZero))
        {
            throw new ArgumentOutOfRangeException(name, duration, "A duration is up to a day.");
        }
    }
}
