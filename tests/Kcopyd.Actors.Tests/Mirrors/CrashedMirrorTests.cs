using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.Tests.Copying;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>Power cuts and kills at every boundary and at random moments: afterwards all legs get equal, what was
/// flushed is there, and nothing is copied that could not differ.</summary>
public sealed class CrashedMirrorTests
{
    private const int RandomRuns = 130;

    private const int MaxLives = 4;

    public static TheoryData<MirrorCase> Cases => [.. MirrorCase.All];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Survives_a_cut_at_every_write(MirrorCase @case) =>
        AtEvery(@case, (rig, number, moment) => rig.CutAtWrite(number, moment));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Survives_a_cut_at_every_flush(MirrorCase @case) =>
        AtEvery(@case, (rig, number, moment) => rig.CutAtFlush(number, moment));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Survives_random_cuts_and_kills(MirrorCase @case)
    {
        using var mirror = new CrashedMirror(@case);
        var runs = 0;
        SeededRuns.Run(RandomRuns, seed =>
        {
            runs++;
            mirror.Reset(seed);
            var random = new Random(seed);
            for (var life = 1 + random.Next(MaxLives); life > 0; life--)
            {
                var steps = random.Next(700);
                if (random.Next(3) == 0)
                {
                    mirror.Rig.Note($"Use({seed}, {steps})");
                    mirror.Use(random.Next(), steps);
                }
                else
                {
                    mirror.Rig.CutAfterSteps(steps);
                    mirror.Use(random.Next());
                }
            }

            mirror.Recover();
        });

        // With 16 cases that is more than 1,500 crashes in all.
        Assert.True(runs < RandomRuns || mirror.Crashes > 100, $"{mirror.Crashes} crashes in {runs} runs");
        Assert.True(runs < RandomRuns || (mirror.Recovered > 0 && mirror.Answered > 0 && mirror.FlushedSectors > 0));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Same_seed_same_run(MirrorCase @case)
    {
        using var mirror = new CrashedMirror(@case);
        using var other = new CrashedMirror(@case);
        Assert.Equal(Hash(other, 7), Hash(mirror, 7));
        Assert.Equal(Hash(other, 8), Hash(mirror, 8));
        Assert.NotEqual(Hash(other, 7), Hash(mirror, 8));

        static ulong Hash(CrashedMirror mirror, int seed)
        {
            mirror.Reset(seed);
            Assert.True(mirror.Use(seed));
            return mirror.Rig.Loop.TraceHash;
        }
    }

    /// <summary>Cuts once at each of them in turn.</summary>
    private static void AtEvery(MirrorCase @case, Action<CrashRig, int, CutMoment> cut)
    {
        using var mirror = new CrashedMirror(@case);
        var cuts = 0;
        foreach (var moment in Enum.GetValues<CutMoment>())
        {
            for (var (number, isOver) = (1, false); !isOver; number++)
            {
                mirror.Reset(number);
                cut(mirror.Rig, number, moment);
                isOver = mirror.Use(number);
                mirror.Recover();
                cuts += isOver ? 0 : 1;
            }
        }

        Assert.True(cuts >= 30, $"{cuts} cuts");
        Assert.True(@case.Replaced is null || mirror.Replacements > 0, "no leg was replaced");
    }
}
