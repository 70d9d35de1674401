using System.Globalization;
using Kcopyd.Tests.Shared;
using Xunit.Abstractions;

namespace Kcopyd.Cli.Tests;

/// <summary>The real program is killed with SIGKILL at random moments, and so are its resumes.</summary>
/// <remarks>
/// <c>KCOPYD_KILLS</c> is how many kills there are of each kind of job instead of the few that suit every build; with
/// <c>KCOPYD_SEED</c> the moments are drawn from that seed. The machine's own timing no seed repeats.
/// </remarks>
/// <param name="output">Takes what was counted.</param>
public sealed class KillProgramTests(ITestOutputHelper output)
{
    private const int FewKills = 2;

    private const int MostLateIntervals = 4;

    /// <summary>A job is let go to its end after at most so many.</summary>
    private const int MostKillsOfAJob = 6;

    /// <summary>The kinds of jobs, by name.</summary>
    public static TheoryData<string> Kinds => [.. KillKind.All.Select(kind => kind.Name)];

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task A_killed_copy_is_resumed_and_copies_again_no_more_than_since_its_last_checkpoint(string name)
    {
        Require.Linux();
        var kind = KillKind.All.Single(kind => kind.Name == name);
        if (kind.IsLoop)
        {
            Require.LoopDevices();
        }

        var seed = Number("KCOPYD_SEED") ?? Random.Shared.Next();
        try
        {
            Report(name, await KillAsync(kind, new Random(seed), Number("KCOPYD_KILLS") ?? FewKills));
        }
        catch (Exception cause)
        {
            throw new InvalidOperationException(
                $"Seed {seed} failed; KCOPYD_SEED={seed} draws the same moments. {cause.Message}", cause);
        }
    }

    private static async Task<IReadOnlyList<KillCount>> KillAsync(KillKind kind, Random random, int kills)
    {
        using var bench = new KillBench(kind, random);
        var counts = new List<KillCount>();
        while (counts.Count < kills)
        {
            counts.AddRange(await bench.RunJobAsync(Math.Min(kills - counts.Count, random.Next(MostKillsOfAJob) + 1)));
        }

        return counts;
    }

    /// <summary>A busy machine flushes late now and then, and several tests at once make it busy; a program that is
    /// late by several intervals as a rule is at fault.</summary>
    private void Report(string name, IReadOnlyList<KillCount> counts)
    {
        foreach (var count in counts)
        {
            output.WriteLine($"{name}: {count}");
        }

        var copying = counts.Where(count => count.Limit > 0).ToList();
        if (copying.Count == 0)
        {
            return;
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {counts.Count} kills, {copying.Count} while a run was journaled; "
            + $"{copying.Max(count => count.Again)} bytes again at most, "
            + $"{copying.Average(count => count.Again):F0} on average; "
            + $"the limit is {copying.Min(count => count.Limit)} at least, "
            + $"{copying.Max(count => (double)count.Again / count.Limit):P0} of it were reached; "
            + $"{copying.Max(count => count.Late.TotalMilliseconds):F0} ms late at most"));
        var late = copying.Select(count => count.Late).Order().ElementAt((copying.Count - 1) / 2);
        Assert.True(
            late <= MostLateIntervals * KillBench.Interval, $"Checkpoints of {name} are late by {late} as a rule.");
    }

    private static int? Number(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : null;
}
