using System.Globalization;

namespace Kcopyd.Cli.Reporting;

/// <summary>Durations as people read them. Pure.</summary>
internal static class DurationText
{
    /// <summary><c>0.004 s</c>, <c>1.1 s</c>, <c>42 s</c>, <c>2 min 05 s</c>, <c>3 h 07 min</c>, <c>2 d 04
    /// h</c>.</summary>
    internal static string Format(TimeSpan duration)
    {
        var seconds = Math.Max(0, duration.TotalSeconds);
        if (seconds < 59.5)
        {
            var digits = seconds < 0.1 ? "0.###" : seconds < 9.95 ? "0.#" : "0";
            return $"{seconds.ToString(digits, CultureInfo.InvariantCulture)} s";
        }

        var whole = TimeSpan.FromSeconds(Math.Round(seconds));
        if (whole.TotalHours < 1)
        {
            return $"{whole.Minutes} min {whole.Seconds:00} s";
        }

        return whole.TotalDays < 1
            ? $"{whole.Hours} h {whole.Minutes:00} min"
            : $"{(int)whole.TotalDays} d {whole.Hours:00} h";
    }
}
