using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>Power cuts and journal faults at every boundary and at random moments: what a checkpoint claims is there,
/// and the job ends with equal bytes, having copied nothing again that was claimed.</summary>
public sealed class CrashedCopyTests
{
    /// <summary>More cuts in one run of a test than any job needs runs.</summary>
    private const int MaxRuns = 100;

    private const int RandomRuns = 1_000;

    public static TheoryData<CrashCase> Cases => [.. CrashCase.All];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Survives_a_cut_at_every_flush_boundary(CrashCase @case) =>
        AtEvery(@case, (rig, number, moment) => rig.CutAtFlush(number, moment));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Survives_a_cut_at_every_append(CrashCase @case)
    {
        var oldSectors = AtEvery(@case, (rig, number, moment) => rig.CutAtAppend(number, moment));
        Assert.True(@case.FlushFails || oldSectors > 0, "no cut came late enough to find older work claimed");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Survives_a_cut_at_every_snapshot(CrashCase @case) =>
        AtEvery(@case, (rig, number, moment) => rig.CutAtSnapshot(number, moment));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Survives_random_cuts_and_faults_of_the_journal(CrashCase @case)
    {
        using var copy = new CrashedCopy(@case);
        var (runs, cuts) = (0, 0);
        SeededRuns.Run(RandomRuns, seed =>
        {
            runs++;
            copy.Reset(seed);
            var random = new Random(seed);
            cuts += ToTheEnd(copy, () => Hinder(copy, random));
        });

        // With nine cases that is more than 20,000 cuts in all.
        Assert.True(runs < RandomRuns || cuts > 2_250, $"{cuts} cuts in {runs} runs");
    }

    /// <summary>Cuts once at each of them in turn.</summary>
    /// <returns>How many sectors were found claimed because they had to be by then.</returns>
    private static long AtEvery(CrashCase @case, Action<CrashRig, int, CutMoment> cut)
    {
        using var copy = new CrashedCopy(@case);
        var cuts = 0;
        foreach (var moment in Enum.GetValues<CutMoment>())
        {
            for (var (number, wasCut) = (1, true); wasCut; number++)
            {
                copy.Reset(number);
                var isFirst = true;
                wasCut = ToTheEnd(copy, () =>
                {
                    if (isFirst)
                    {
                        cut(copy.Rig, number, moment);
                        isFirst = false;
                    }
                }) > 0;
                cuts += wasCut ? 1 : 0;
            }
        }

        Assert.True(cuts >= 3, $"{cuts} cuts");
        return copy.OldSectors;
    }

    /// <summary>Runs the job again and again until it is complete.</summary>
    /// <returns>How often the power went.</returns>
    private static int ToTheEnd(CrashedCopy copy, Action hinder)
    {
        var cuts = 0;
        for (var run = 0; run < MaxRuns; run++)
        {
            switch (copy.Run(hinder))
            {
                case null:
                    cuts++;
                    break;
                case { Outcome: CopyOutcome.Completed or CopyOutcome.CompletedWithErrors } completed:
                    copy.AssertCopied(completed);
                    return cuts;
                case { Outcome: CopyOutcome.Failed or CopyOutcome.Blocked }:
                    // A flush that failed, or a journal that did not take the beginning: the operator resumes.
                    break;
                case var other:
                    copy.Rig.Demand(false, $"the job ended as {other.Outcome}: {string.Join("; ", other.Details)}");
                    break;
            }
        }

        copy.Rig.Demand(false, $"the job is not over after {MaxRuns} runs");
        return cuts;
    }

    private static void Hinder(CrashedCopy copy, Random random)
    {
        // A whole job takes 500 to 1,000 steps.
        if (random.Next(6) > 0)
        {
            copy.Rig.CutAfterSteps(random.Next(400));
        }

        if (random.Next(3) == 0)
        {
            var (number, fault) = (1 + random.Next(12), (JournalFault)random.Next(5));
            copy.Rig.Note($"append {number} is {fault}");
            copy.Rig.Journal.FailAppend(number, fault);
            copy.IsJournalHindered = true;
        }

        if (random.Next(10) == 0)
        {
            var (number, fault) = (1 + random.Next(4), (JournalFault)random.Next(5));
            copy.Rig.Note($"snapshot {number} is {fault}");
            copy.Rig.Journal.FailSnapshot(number, fault);
        }
    }
}
