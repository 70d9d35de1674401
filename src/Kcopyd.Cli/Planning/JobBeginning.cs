using System.Collections.Immutable;
using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Planning;

/// <summary>What is to be done about an unfinished job of the same name before its devices are touched. Pure.</summary>
/// <remarks>
/// Decided: what is recorded of a target is withdrawn, durably, before that target is created or made longer.
/// Because: a crash right after leaves a target that looks as recorded (a new file may get the inode of the old one)
/// and does not hold what is recorded.
/// Instead of: leaving it to the beginning of the run, which is journaled after the files are made.
/// </remarks>
/// <param name="IsKnown">Whether there is an unfinished job of that name.</param>
/// <param name="ForgetsFirst">Whether what the journal knows of it is removed first.</param>
/// <param name="Withdrawn">The targets of which nothing counts any more, by index: said by the journal first.</param>
/// <param name="Notices">What begins afresh and why, a line each.</param>
internal sealed record JobBeginning(
    bool IsKnown, bool ForgetsFirst, TargetMask Withdrawn, ImmutableArray<string> Notices)
{
    /// <summary>There is nothing of that name, or nothing that is not over.</summary>
    internal static readonly JobBeginning New = new(false, false, TargetMask.None, []);

    /// <summary>Whether the job is in the journal, even if this run of it does not begin.</summary>
    internal bool KeepsRecord => IsKnown && !ForgetsFirst;

    /// <summary>Whether the devices are as the journal takes them to be, so that the job can as well be
    /// resumed.</summary>
    internal bool LeavesAsItWas => KeepsRecord && Withdrawn.IsEmpty;

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
                TargetMask.None,
                [
                    $"{name} begins afresh: the source {request.Source} is not the same: "
                    + $"it had {recorded.SectorCount} sectors to copy and has {wanted.SectorCount} now",
                ]);
    }

    private static JobBeginning OfSame(JobSummary known, TransferRequest request, TransferPlan plan)
    {
        const string Short = "is not the same: it is too short for what was copied to it";
        var cut = plan.Targets
            .Where((target, i) =>
                target.Preparation == TargetPreparation.Extend && known.Targets[i].FlushedBytes > 0)
            .Select(target => target.Uri)
            .ToImmutableArray();
        if (!cut.IsEmpty && request.Journal!.Policy == JobStartPolicy.Trust)
        {
            throw new RefusedException(
                $"the job {known.Id} cannot go on: the target {cut[0]} {Short}; --restart begins afresh");
        }

        var prepared = plan.Targets
            .Index()
            .Where(target => target.Item.Preparation != TargetPreparation.None)
            .Aggregate(TargetMask.None, (mask, target) => mask.With(target.Index));
        return new JobBeginning(
            true,
            false,
            prepared,
            [.. cut.Select(uri => $"{known.Id} begins a target afresh: the target {uri} {Short}")]);
    }
}
