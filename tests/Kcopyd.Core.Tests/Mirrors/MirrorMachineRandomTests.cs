using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

/// <summary>Whole mirrors, driven at random through failures, replacements and power cuts. Consecutive seeds take the
/// combinations of the policy in turn.</summary>
public sealed class MirrorMachineRandomTests
{
    private const int Runs = 3_000;

    private const int Steps = 250;

    [Fact]
    public void Every_mirror_keeps_its_promises_through_failures_and_power_cuts()
    {
        var (cuts, recoveries) = (0, 0);
        Seeded.Run(Runs, (seed, random) =>
        {
            var world = World(seed, random);
            var hasCuts = random.Next(4) != 0;
            for (var step = 0; step < Steps; step++)
            {
                world.Step(hasCuts);
            }

            world.Calm();
            cuts += world.Cuts;
            recoveries += world.Recoveries;
        });

        Assert.True((cuts > Runs / 2 && recoveries > Runs) || Seeded.IsOneRun, $"{cuts} cuts, {recoveries} recoveries");
    }

    private static MirrorWorld World(int seed, Random random)
    {
        var policy = new MirrorPolicy
        {
            HandleErrors = seed % 3 != 0,
            KeepLog = seed % 3 == 2,
            RepairsReads = seed % 2 == 0,
            Recoveries = random.Next(1, 5),
            RecoverySectors = random.Next(1, 9),
        };
        var geometry = MirrorGeometry.Create(random.Next(2, 24), 2);
        var faults = random.Next(3) switch { 0 => 0, 1 => 0.02, _ => 0.15 };
        return new MirrorWorld(geometry, random.Next(2, 5), policy, faults, random);
    }
}
