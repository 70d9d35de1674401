using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.Tests.Copying;
using Xunit.Abstractions;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Power cuts at every boundary: what snapshots show never changes, the origin has what was flushed, and a
/// merge ends, however often it is repeated, in the same bytes.</summary>
/// <remarks>S4, S18. A sweep makes one schedule again and again, and cuts it one boundary later each time; what
/// survives is another draw each time.</remarks>
public sealed class CrashedOriginTests(ITestOutputHelper output)
{
    /// <summary>The fewest cuts at writes that are made of one case.</summary>
    public const int WriteCuts = 180;

    /// <summary>The fewest cuts at flushes.</summary>
    public const int FlushCuts = 60;

    private const int Operations = 4;

    private const int OperationsAfterwards = 2;

    public static TheoryData<SnapshotCase> Cases => [.. SnapshotCase.All];

    public static TheoryData<SnapshotCase> Merges =>
        [.. SnapshotCase.All.Where(static @case => @case.Turn == SnapshotTurn.Merged)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Survives_a_cut_at_every_write(SnapshotCase @case) =>
        AtEvery(@case, WriteCuts, static (rig, number, moment) => rig.CutAtWrite(number, moment));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Survives_a_cut_at_every_flush(SnapshotCase @case) =>
        AtEvery(@case, FlushCuts, static (rig, number, moment) => rig.CutAtFlush(number, moment));

    [Theory]
    [MemberData(nameof(Merges))]
    public void Merge_that_was_cut_survives_a_cut_at_every_write(SnapshotCase @case) =>
        AtEvery(
            @case, WriteCuts, static (rig, number, moment) => rig.CutAtWrite(number, moment), isCutBefore: true);

    [Fact]
    public void Cuts_are_twenty_thousand_and_more() => Assert.InRange(
        SnapshotCase.All.Count * (WriteCuts + FlushCuts + CrashedOriginChanceTests.Crashes), 20_000, int.MaxValue);

    /// <summary>Cuts once at each of them in turn.</summary>
    private void AtEvery(
        SnapshotCase @case, int fewest, Action<CrashRig, int, CutMoment> cut, bool isCutBefore = false)
    {
        using var origin = new CrashedOrigin(@case);
        var steps = origin.CountSteps(Operations);
        SeededRuns.Run(() => origin.Crashes >= fewest, seed =>
        {
            int? cutBefore = isCutBefore ? new Random(seed).Next(steps) : null;
            foreach (var moment in Enum.GetValues<CutMoment>())
            {
                Sweep(origin, seed, cutBefore, moment, cut);
            }
        });
        output.WriteLine($"{@case}: {origin.Tally}");
        Assert.True(!SeededRuns.AreUsual || origin.Crashes >= fewest, $"{origin.Crashes} cuts");
    }

    /// <param name="origin">The machine.</param>
    /// <param name="seed">That of the schedule.</param>
    /// <param name="cutBefore">The step at which the power goes in a life before; null: there is none.</param>
    /// <param name="moment">When in its course.</param>
    /// <param name="cut">Arms a cut.</param>
    private static void Sweep(
        CrashedOrigin origin, int seed, int? cutBefore, CutMoment moment, Action<CrashRig, int, CutMoment> cut)
    {
        for (var (number, isOver) = (1, false); !isOver; number++)
        {
            var survival = unchecked((seed * 31) + (number * 3) + (int)moment);
            origin.Reset(seed, survival);
            if (cutBefore is { } steps)
            {
                origin.Rig.CutAfterSteps(steps);
                origin.Use(seed, Operations);
            }

            cut(origin.Rig, number, moment);
            isOver = origin.Use(seed + 1, Operations);
            origin.Recover(survival, OperationsAfterwards);
        }
    }
}
