using Kcopyd.Core;

namespace Kcopyd.Cli.Reporting;

/// <summary>Makes rate and rest of numbers of bytes seen at times. Pure, save that it remembers.</summary>
internal sealed class BytePace(long totalBytes)
{
    /// <summary>The rate is that of the last so long: soon enough to follow a change, long enough to be
    /// calm.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private readonly Queue<(long Timestamp, long Bytes)> _looks = new();

    /// <summary>Bytes a second.</summary>
    internal double Rate { get; private set; }

    /// <summary>Null where there is no rate yet.</summary>
    internal TimeSpan? Remaining { get; private set; }

    /// <summary><c>1.5 GiB of 4 GiB, 812 MiB/s, 3 s left</c>.</summary>
    internal static string Words(long doneBytes, long totalBytes, double rate, TimeSpan? remaining)
    {
        var text = $"{SizeText.Format(doneBytes)} of {SizeText.Format(totalBytes)}";
        if (rate >= 1)
        {
            text += $", {SizeText.Format((long)rate)}/s";
        }

        return remaining is { } left ? $"{text}, {DurationText.Format(left)} left" : text;
    }

    /// <summary>So much was done at a time.</summary>
    /// <param name="bytes">All of it so far.</param>
    /// <param name="timestamp">When.</param>
    /// <param name="time">What the time is of.</param>
    internal void Note(long bytes, long timestamp, TimeProvider time)
    {
        _looks.Enqueue((timestamp, bytes));
        while (_looks.Count > 2 && time.GetElapsedTime(_looks.Peek().Timestamp, timestamp) > Window)
        {
            _looks.Dequeue();
        }

        var (since, before) = _looks.Peek();
        var elapsed = time.GetElapsedTime(since, timestamp).TotalSeconds;
        Rate = elapsed > 0 ? Math.Max(0, bytes - before) / elapsed : 0;
        Remaining = Rate >= 1
            ? TimeSpan.FromSeconds(Math.Min((totalBytes - bytes) / Rate, int.MaxValue))
            : null;
    }
}
