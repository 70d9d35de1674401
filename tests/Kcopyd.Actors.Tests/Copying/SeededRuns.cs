using System.Globalization;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>Random runs that a seed repeats.</summary>
/// <remarks>A failure names its seed; with <c>KCOPYD_SEED</c> set to it that run alone is made again.
/// <c>KCOPYD_RUNS</c> is how many runs a test makes instead of the few that suit every build.</remarks>
internal static class SeededRuns
{
    private const string SeedVariable = "KCOPYD_SEED";

    private const string RunsVariable = "KCOPYD_RUNS";

    /// <summary>Whether as many runs are made as the tests themselves say.</summary>
    public static bool AreUsual => Number(SeedVariable) is null && Number(RunsVariable) is null;

    /// <summary>Runs a body with consecutive seeds.</summary>
    public static void Run(int runs, Action<int> body)
    {
        var done = 0;
        Run(() => done >= runs, seed =>
        {
            done++;
            body(seed);
        });
    }

    /// <summary>Runs a body with consecutive seeds until it is enough.</summary>
    public static void Run(Func<bool> isEnough, Action<int> body)
    {
        foreach (var seed in Seeds(isEnough))
        {
            Try(seed, body);
        }
    }

    /// <summary>Runs a body with consecutive seeds, on real threads: a seed repeats what is asked for, not its
    /// order.</summary>
    public static async Task RunAsync(int runs, Func<int, Task> body)
    {
        var done = 0;
        foreach (var seed in Seeds(() => done >= runs))
        {
            done++;
            try
            {
                await body(seed);
            }
            catch (Exception cause)
            {
                throw Failure(seed, cause);
            }
        }
    }

    private static IEnumerable<int> Seeds(Func<bool> isEnough)
    {
        if (Number(SeedVariable) is { } given)
        {
            yield return given;
            yield break;
        }

        var runs = Number(RunsVariable);
        var seed = Random.Shared.Next(int.MaxValue / 2);
        for (var done = 0; runs is { } count ? done < count : !isEnough(); done++)
        {
            yield return seed + done;
        }
    }

    private static void Try(int seed, Action<int> body)
    {
        try
        {
            body(seed);
        }
        catch (Exception cause)
        {
            throw Failure(seed, cause);
        }
    }

    private static InvalidOperationException Failure(int seed, Exception cause) =>
        new($"Seed {seed} fails; {SeedVariable}={seed} repeats it. {cause.Message}", cause);

    private static int? Number(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : null;
}
