using System.Collections.Immutable;
using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Planning;

/// <summary>What is to be done about an unfinished job of the same name before its devices are touched. Pure.</summary>
/// <remarks>
/// Decided: a job is forgotten before a target of it is made longer.
/// Because: a crash right after would leave a target that is as long as recorded and does not hold what is recorded.
/// Instead of: beginning that target afresh alone, which the journal can only say once the target is as long as the job
/// needs.
/// </remarks>
/// <param name="IsKnown">Whether there is an unfinished job of that name.</param>
/// <param name="ForgetsFirst">Whether what the journal knows of it is removed first.</param>
/// <param name="Notices">That it begins afresh and why, a line each.</param>
internal sealed record JobBeginning(bool IsKnown, bool ForgetsFirst, ImmutableArray<string> Notices)
{
    /// <summary>There is nothing of that name, or nothing that is not over.</summary>
    internal static readonly JobBeginning New = new(false, false, []);

    /// <summary>Decides.</summary>
    /// <param name="known">What the journal knows under that name; null for nothing.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="plan">What is planned.</param>
    /// <exception cref="RefusedException">The name is another job's, or the job runs, or is to be trusted against
    /// better knowledge.</exception>
    internal static JobBeginning Decide(JobSummary? known, TransferRequest request, TransferPlan plan)
    {
        if (known is null or { IsOver: true, IsRunning: false })
        {
            return New;
        }

        if (known.IsRunning)
        {
            throw new RefusedException($"the job {known.Id} is being run by {known.Runner ?? "another process"}");
        }

        if (known.Description is not { } recorded)
        {
            throw new RefusedException(
                $"the journal of the job {known.Id} cannot be read: {known.Reason.TrimEnd('.')}; "
                + $"kcopyd forget {known.Id} removes it");
        }

        var wanted = plan.Describe(request);
        return recorded.Equals(wanted)
            ? OfSame(known, request, plan)
            : OfOther(known.Id.Value, recorded, wanted, request);
    }

    private static JobBeginning OfOther(
        string name, JobDescription recorded, JobDescription wanted, TransferRequest request)
    {
        var isLengthAlone = recorded.Equals(wanted with { SectorCount = recorded.SectorCount });
        if (!isLengthAlone || request.SectorCount is not null)
        {
            throw new RefusedException(
                $"the job {name} is another one and not over: {recorded}; "
                + $"give another --job, or kcopyd forget {name}");
        }

        return request.Journal!.Policy == JobStartPolicy.Trust
            ? throw new RefusedException(
                $"the job {name} cannot go on: the source {request.Source} had {recorded.SectorCount} sectors to copy "
                + $"and has {wanted.SectorCount} now; --restart begins afresh")
            : new JobBeginning(
                true,
                true,
                [
                    $"{name} begins afresh: the source {request.Source} is not the same: "
                    + $"it had {recorded.SectorCount} sectors to copy and has {wanted.SectorCount} now",
                ]);
    }

    private static JobBeginning OfSame(JobSummary known, TransferRequest request, TransferPlan plan)
    {
        var cut = plan.Targets
            .Where((target, i) =>
                target.Preparation == TargetPreparation.Extend && known.Targets[i].FlushedBytes > 0)
            .Select(target => target.Uri)
            .ToImmutableArray();
        if (cut.IsEmpty)
        {
            return new JobBeginning(true, false, []);
        }

        const string Short = "is not the same: it is too short for what was copied to it";
        return request.Journal!.Policy == JobStartPolicy.Trust
            ? throw new RefusedException(
                $"the job {known.Id} cannot go on: the target {cut[0]} {Short}; --restart begins afresh")
            : new JobBeginning(
                true, true, [.. cut.Select(uri => $"{known.Id} begins afresh: the target {uri} {Short}")]);
    }
}
