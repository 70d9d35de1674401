using System.Collections.Immutable;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Requests;
using Kcopyd.Core;

namespace Kcopyd.Cli.Planning;

/// <summary>What will be done, decided from descriptions alone: nothing was opened yet.</summary>
/// <param name="Source">The sectors read; null for zeros.</param>
/// <param name="TotalBytes">What the job is about; less than its sectors where a source file ends within one.</param>
/// <param name="Targets">What happens to each target.</param>
internal sealed record TransferPlan(SectorRange? Source, long TotalBytes, ImmutableArray<TargetPlan> Targets)
{
    /// <summary>It as a journal knows it: with names that mean the same in every directory.</summary>
    internal JobDescription Describe(TransferRequest request) => new(
        request.Kind,
        Targets[0].Range.Count,
        Source is { } range ? new JobRegion(DevicePath.Absolute(request.Source!), range.Start) : null,
        [.. Targets.Select(target => new JobRegion(DevicePath.Absolute(target.Uri), target.Range.Start))]);

    /// <summary>Progress with the targets called as the user called them.</summary>
    internal CopyProgress AsGiven(CopyProgress progress) => progress with
    {
        Targets = [.. progress.Targets.Select((target, i) => target with { Uri = Targets[i].Uri })],
    };

    /// <summary>A result with the targets called as the user called them.</summary>
    internal CopyCompleted AsGiven(CopyCompleted completed) => completed with
    {
        Targets = [.. completed.Targets.Select((target, i) => target with { Uri = Targets[i].Uri })],
    };
}
