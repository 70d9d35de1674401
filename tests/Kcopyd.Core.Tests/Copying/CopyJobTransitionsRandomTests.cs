using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

/// <summary>
/// Whole jobs, driven at random through every combination of options. Consecutive seeds take the combinations in turn.
/// </summary>
public sealed class CopyJobTransitionsRandomTests
{
    private const int Combinations = 3 * 256;

    private static readonly CopyJobEvent[] LateEvents =
    [
        new CopyJobEvent.Started(), new CopyJobEvent.PauseRequested(), new CopyJobEvent.ResumeRequested(),
        new CopyJobEvent.CancelRequested(), new CopyJobEvent.StatusKnown([]), new CopyJobEvent.TargetsFlushed([]),
        new CopyJobEvent.DevicesConfirmed([]), new CopyJobEvent.CachesDropped(),
        new CopyJobEvent.SegmentReturned(default),
        new CopyJobEvent.SegmentLost(default, "late"), new CopyJobEvent.SegmentSettled(default, SegmentResult.Clean),
    ];

    [Fact]
    public void Every_job_keeps_its_invariants_and_ends_exactly_once() =>
        Seeded.Run(Combinations * 4, (seed, random) =>
        {
            var run = new CopyJobRun(Spec(seed, random), random);

            run.ToTheEnd();

            foreach (var late in LateEvents)
            {
                var (state, effects) = CopyJobTransitions.Apply(run.State, late);
                Assert.Same(run.State, state);
                Assert.Empty(effects);
            }
        });

    [Fact]
    public void Every_outcome_is_met()
    {
        var met = new HashSet<CopyOutcome?>();
        Seeded.Run(Combinations, (seed, random) =>
        {
            var run = new CopyJobRun(Spec(seed, random), random);
            run.ToTheEnd();
            met.Add(run.Outcome);
        });

        Assert.True(
            met.Count == Enum.GetValues<CopyOutcome>().Length || Seeded.IsOneRun,
            $"only {string.Join(", ", met)}");
    }

    private static CopyJobSpec Spec(int seed, Random random)
    {
        var bits = seed % Combinations / 3;
        var options = new CopyOptions
        {
            IgnoreError = (bits & 1) != 0,
            WriteSequential = (bits & 2) != 0,
            OnTargetError = (bits & 4) != 0 ? OnTargetError.Drop : OnTargetError.Fail,
            OnReadError = (bits & 8) != 0 ? OnReadError.Salvage : OnReadError.Fail,
            Sparse = (bits & 16) != 0,
            Flush = (bits & 32) != 0,
            Verify = (bits & 64) != 0,
            Digest = (bits & 128) != 0,
            SegmentSize = (4 << random.Next(4)).KiB,
            InFlight = random.Next(1, 9),
            SalvageLimit = random.Next(2) == 0 ? random.Next(1, 6) : 10_000,
        };
        return new CopyJobSpec((CopyJobKind)(seed % 3), random.Next(300), random.Next(1, 5), options)
        {
            SourceStart = random.Next(1_000),
        };
    }
}
