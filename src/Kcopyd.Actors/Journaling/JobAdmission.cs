using System.Collections.Immutable;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Journaling;

/// <summary>Decides whether a run may begin, and what counts as done when it does. Pure.</summary>
/// <param name="IsNew">Whether the job begins from nothing: there was none of that name, or it is over.</param>
/// <param name="Afresh">The targets of which nothing counts as flushed.</param>
/// <param name="Notices">Why targets begin afresh, a sentence each.</param>
/// <param name="Refusal">Why the run may not begin; null if it may.</param>
/// <param name="IsBlocked">Whether the refusal is about this job's devices, and so is recorded with it.</param>
internal sealed record JobAdmission(
    bool IsNew, TargetMask Afresh, ImmutableArray<string> Notices, string? Refusal, bool IsBlocked)
{
    /// <summary>Decides.</summary>
    /// <param name="record">What the journal knows.</param>
    /// <param name="wanted">What is to be done.</param>
    /// <param name="found">The devices as they are now.</param>
    /// <param name="policy">What a difference means.</param>
    /// <param name="created">The targets that were created for this run: nothing can be on them.</param>
    public static JobAdmission Decide(
        JobRecord record, JobDescription wanted, JobDevices found, JobStartPolicy policy, TargetMask created)
    {
        var all = TargetMask.All(wanted.Targets.Length);
        if (record.Description is not { } known || record.IsOver)
        {
            return new JobAdmission(true, all, [], null, false);
        }

        if (!known.Equals(wanted))
        {
            return new JobAdmission(
                false, TargetMask.None, [], $"a job of that name is another one, and not over: {known}", false);
        }

        if (record.LastRun is not { } last || policy == JobStartPolicy.BeginAfresh)
        {
            return new JobAdmission(false, all, [], null, false);
        }

        var admission = policy == JobStartPolicy.Trust
            ? new JobAdmission(false, created, [], null, false)
            : GoOn(last, found, policy, created);
        return all.Except(record.Dropped.Except(admission.Afresh)).IsEmpty
            ? GoOnWithDropped(admission, policy, found)
            : admission;
    }

    private static JobAdmission GoOn(
        JobEvent.RunStarted last, JobDevices found, JobStartPolicy policy, TargetMask created)
    {
        var (afresh, differences) = Compare(last, found, created);
        return policy == JobStartPolicy.Continue && !differences.IsEmpty
            ? new JobAdmission(false, TargetMask.None, [], string.Join("; ", differences), true)
            : new JobAdmission(false, afresh.Or(created), [.. differences, .. Missing(found, created)], null, false);
    }

    /// <summary>There would be nothing to do, and yet the job is not done.</summary>
    private static JobAdmission GoOnWithDropped(JobAdmission admission, JobStartPolicy policy, JobDevices found)
    {
        const string Reason = "every target was dropped";
        return (admission.Refusal, policy) switch
        {
            (null, JobStartPolicy.ContinueOrBeginAfresh) =>
                admission with { Afresh = TargetMask.All(found.Targets.Length), Notices = [Reason] },
            (null, _) => admission with { Refusal = Reason, IsBlocked = true },
            _ => admission,
        };
    }

    private static (TargetMask Afresh, ImmutableArray<string> Differences) Compare(
        JobEvent.RunStarted last, JobDevices found, TargetMask created)
    {
        var afresh = TargetMask.None;
        var differences = ImmutableArray.CreateBuilder<string>();
        if (found.Source is { } source && last.Source is { } recorded && SourceDifference(source, recorded) is { } what)
        {
            differences.Add($"the source {source.Uri} is not the same: {what}");
            afresh = TargetMask.All(found.Targets.Length);
        }

        for (var i = 0; i < found.Targets.Length; i++)
        {
            var target = found.Targets[i];
            if (!created.Contains(i) && TargetDifference(target, last.Targets[i]) is { } difference)
            {
                differences.Add($"the target {target.Uri} is not the same: {difference}");
                afresh = afresh.With(i);
            }
        }

        return (afresh, differences.ToImmutable());
    }

    private static IEnumerable<string> Missing(JobDevices found, TargetMask created) =>
        created.Indexes().Select(target => $"the target {found.Targets[target].Uri} was not there");

    private static string? SourceDifference(BlockDeviceIdentity now, BlockDeviceIdentity recorded) =>
        now.DifferenceFrom(recorded) ?? now.LengthDifferenceFrom(recorded) ?? now.ContentDifferenceFrom(recorded);

    private static string? TargetDifference(BlockDeviceIdentity now, BlockDeviceIdentity recorded)
    {
        // A target may have grown: what was written is still there.
        var shorter = now.LengthBytes < recorded.LengthBytes ? now.LengthDifferenceFrom(recorded) : null;
        return now.DifferenceFrom(recorded) ?? shorter;
    }
}
