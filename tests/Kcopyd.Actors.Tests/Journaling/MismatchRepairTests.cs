using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>What was flushed and turns out to differ from the source is copied again by the next run.</summary>
public sealed class MismatchRepairTests
{
    private static readonly JobDescription About =
        new(CopyJobKind.Copy, 1_000, new JobRegion("/s", 5_000), [new("/a", 64), new("/b")]);

    [Fact]
    public void Resume_repairs_what_the_verification_before_it_found()
    {
        using var simulation = new JournaledSimulation();
        var request = Verified(simulation);

        // Nothing of it is there.
        simulation.Leave(request, [SectorRange.Create(16, 160)]);
        var failed = simulation.Client().Run(request);

        Assert.Equal(CopyOutcome.Failed, failed.Outcome);
        Assert.All(failed.Details, failure => Assert.Equal(CopyFailureKind.Mismatch, failure.Kind));
        Assert.Equal(JobStanding.Failed, simulation.Record.Standing);
        Assert.NotEmpty(simulation.Record.Reason);
        Assert.False(simulation.Record.FlushedOn(0).Within(SectorRange.Create(16, 160)).Any());
        Assert.True(simulation.Record.FlushedOn(0).Contains(SectorRange.Create(176, 300)));

        AssertGood(simulation.Client().Run(Verified(simulation)));
        Assert.Equal(JobStanding.Completed, simulation.Record.Standing);
    }

    [Fact]
    public void Ranges_of_a_target_are_counted_from_the_jobs_first_sector()
    {
        var found = JobEnd.MismatchedIn(
            [Mismatch(0, 64, 8), Mismatch(1, 100, 8), Mismatch(0, 68, 8)], 3, TargetMask.All(2), About);

        Assert.Equal([TargetMask.Of(0), TargetMask.Of(1)], found.Select(one => one.Targets));
        Assert.Equal([SectorRange.Create(0, 12)], found[0].Ranges.AsEnumerable());
        Assert.Equal([SectorRange.Create(100, 8)], found[1].Ranges.AsEnumerable());
    }

    [Fact]
    public void Where_not_all_failures_were_kept_nothing_counts_on_the_targets_that_had_any()
    {
        var found = Assert.Single(JobEnd.MismatchedIn([Mismatch(1, 0, 8)], 2, TargetMask.Of(1), About));

        Assert.Equal(TargetMask.Of(1), found.Targets);
        Assert.Equal([SectorRange.Create(0, 1_000)], found.Ranges.AsEnumerable());
    }

    [Fact]
    public void Other_failures_withdraw_nothing()
    {
        var failure = Mismatch(0, 64, 8) with { Kind = CopyFailureKind.Write };
        Assert.Empty(JobEnd.MismatchedIn([failure], 1, TargetMask.Of(0), About));
        Assert.Empty(JobEnd.MismatchedIn([], 0, TargetMask.None, About));
    }

    private static CopyRequest Verified(JournaledSimulation simulation)
    {
        var request = simulation.Request();
        return request with { Options = request.Options with { Verify = true } };
    }

    private static CopyFailure Mismatch(int target, long start, long count) =>
        new(CopyFailureKind.Mismatch, target, SectorRange.Create(start, count), 0, false, "It differs.");
}
