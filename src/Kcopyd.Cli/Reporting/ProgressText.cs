using System.Globalization;
using System.Text;
using Kcopyd.Actors.Copying;
using Kcopyd.Core;

namespace Kcopyd.Cli.Reporting;

/// <summary>Progress in words. Pure.</summary>
internal static class ProgressText
{
    /// <summary>One line about the whole job: <c>37 %, 1.5 GiB of 4 GiB, 812 MiB/s, 3 s left</c>.</summary>
    internal static string Line(CopyProgress progress) =>
        $"{Percent(progress)} %, {Amount(progress)}{TargetsWithErrors(progress)}";

    /// <summary>The line without the percentage, which a bar shows itself.</summary>
    internal static string Amount(CopyProgress progress)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{progress.Done} of {progress.Total}");
        if (progress.BytesPerSecond >= 1)
        {
            text.Append(CultureInfo.InvariantCulture, $", {SizeText.Format((long)progress.BytesPerSecond)}/s");
        }

        if (progress.Remaining is { } remaining && progress.Status is CopyJobStatus.Running or CopyJobStatus.Verifying)
        {
            text.Append(CultureInfo.InvariantCulture, $", {DurationText.Format(remaining)} left");
        }

        return text.Append(progress.HoldReason is { } reason
            ? $", waits: {reason.TrimEnd('.')}"
            : Status(progress.Status)).ToString();
    }

    /// <summary>What one target is like: <c>1.5 GiB written</c>, or what became of it.</summary>
    internal static string Target(CopyTargetProgress target) => target.State switch
    {
        CopyTargetState.Failed => $"failed after {target.Written}",
        CopyTargetState.Dropped => $"dropped after {target.Written}",
        _ when target.Flushed.Value > 0 => $"{target.Written} written, {target.Flushed} flushed",
        _ => $"{target.Written} written",
    };

    /// <summary>Whole per cent, rounded down: 100 means that everything is done.</summary>
    internal static int Percent(CopyProgress progress) => (int)Math.Floor(progress.Fraction * 100);

    private static string TargetsWithErrors(CopyProgress progress) =>
        string.Concat(progress.Targets
            .Where(target => target.State != CopyTargetState.Good)
            .Select(target => $", {target.Uri} {Target(target)}"));

    private static string Status(CopyJobStatus status) => status switch
    {
        CopyJobStatus.Queued => ", queued",
        CopyJobStatus.Stalled => ", stalled: nothing completes",
        CopyJobStatus.Pausing or CopyJobStatus.Paused => ", paused",
        CopyJobStatus.Ending => ", waiting for what is in flight",
        CopyJobStatus.Flushing => ", flushing",
        CopyJobStatus.Verifying => ", verifying",
        _ => string.Empty,
    };
}
