using System.Collections.Immutable;
using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Planning;
using Kcopyd.Core;

namespace Kcopyd.Cli.Reporting;

/// <summary>How an unfinished job goes on, in words. Pure.</summary>
internal static class OpeningText
{
    /// <summary>A line for each reason to begin afresh, and one about what is safe already.</summary>
    /// <param name="job">The job.</param>
    /// <param name="plan">What is planned.</param>
    /// <param name="notices">Lines that were known before the job began.</param>
    /// <param name="begun">Where the job was when it had begun.</param>
    internal static IEnumerable<string> Lines(
        string job, TransferPlan plan, ImmutableArray<string> notices, CopyProgress begun)
    {
        var lines = notices.Concat(begun.Notices.Select(reason => Notice(job, reason))).ToList();
        var kept = begun.Targets.Select(target => Math.Min(target.Kept.Value, plan.TotalBytes)).ToList();
        var (least, most, total) = (Text(kept.Min()), Text(kept.Max()), Text(plan.TotalBytes));
        if (kept.Max() > 0)
        {
            lines.Add(least == most
                ? $"resumes {job}: {least} of {total} are already safe"
                : $"resumes {job}: {least} to {most} of {total} are already safe, depending on the target");
        }
        else if (lines.Count == 0)
        {
            lines.Add($"{job} begins from the start: nothing of {total} was safe yet, or was to be kept");
        }

        return lines;
    }

    /// <summary>A reason of the engine's: another source means all targets, another target itself alone.</summary>
    internal static string Notice(string job, string reason)
    {
        var what = reason.StartsWith("the source", StringComparison.Ordinal) ? string.Empty : " a target";
        return $"{job} begins{what} afresh: {reason.TrimEnd('.')}";
    }

    private static string Text(long bytes) => SizeText.Format(bytes);
}
