using System.Globalization;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>Whole origins with snapshots, driven at random through failures, full stores, merges and power cuts.
/// <c>KCOPYD_RUNS</c> says how many.</summary>
public sealed class OriginMachineRandomTests
{
    private const int FewRuns = 3_000;

    private const int Steps = 300;

    [Fact]
    public void Every_snapshot_keeps_what_it_shows_through_failures_and_power_cuts()
    {
        var counts = new OriginWorldCounts();
        var runs = Environment.GetEnvironmentVariable("KCOPYD_RUNS") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : FewRuns;
        Seeded.Run(runs, (_, random) =>
        {
            var length = random.Next(3) == 0 ? random.Next(60, 130) : random.Next(8, 50);
            var faults = random.Next(3) switch { 0 => 0, 1 => 0.01, _ => 0.08 };
            var world = new OriginWorld(length, faults, random);
            var hasCuts = random.Next(4) != 0;
            for (var step = 0; step < Steps; step++)
            {
                world.Step(hasCuts);
            }

            world.Calm();
            counts.Add(world.Counts);
        });

        Assert.True(counts.Least > runs / 100 || Seeded.IsOneRun, $"{counts}");
    }
}
