using Kcopyd.Actors.Tests.Copying;
using Xunit.Abstractions;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Power cuts and kills at random moments, several in the life of a machine.</summary>
public sealed class CrashedOriginChanceTests(ITestOutputHelper output)
{
    /// <summary>The fewest cuts and kills that are made of one case.</summary>
    public const int Crashes = 520;

    private const int MaxLives = 4;

    private const int Operations = 4;

    private const int OperationsAfterwards = 2;

    public static TheoryData<SnapshotCase> Cases => [.. SnapshotCase.All];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Survives_random_cuts_and_kills(SnapshotCase @case)
    {
        using var origin = new CrashedOrigin(@case);
        var steps = origin.CountSteps(Operations);
        SeededRuns.Run(() => origin.Crashes >= Crashes, seed =>
        {
            origin.Reset(seed);
            var random = new Random(seed);
            for (var life = 1 + random.Next(MaxLives); life > 0; life--)
            {
                var end = random.Next(steps);
                if (random.Next(3) == 0)
                {
                    origin.Use(random.Next(), Operations, end);
                }
                else
                {
                    origin.Rig.CutAfterSteps(end);
                    origin.Use(random.Next(), Operations);
                }
            }

            origin.Recover(random.Next(), OperationsAfterwards);
        });
        output.WriteLine($"{@case}: {origin.Tally}");
        Assert.True(!SeededRuns.AreUsual || origin.Crashes >= Crashes, $"{origin.Crashes} crashes");
        Assert.True(!SeededRuns.AreUsual || (origin.Answered > 0 && origin.FlushedSectors > 0), "nothing was proved");
        Assert.True(!SeededRuns.AreUsual || !@case.MayLose || origin.Lost > 0, "no snapshot was lost");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Same_seed_same_run(SnapshotCase @case)
    {
        using var origin = new CrashedOrigin(@case);
        using var other = new CrashedOrigin(@case);
        Assert.Equal(Hash(other, 7), Hash(origin, 7));
        Assert.Equal(Hash(other, 8), Hash(origin, 8));
        Assert.NotEqual(Hash(other, 7), Hash(origin, 8));

        static ulong Hash(CrashedOrigin origin, int seed)
        {
            origin.Reset(seed);
            Assert.True(origin.Use(seed, Operations));
            return origin.Rig.Loop.TraceHash;
        }
    }
}
