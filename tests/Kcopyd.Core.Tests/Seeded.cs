using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Kcopyd.Core.Tests;

/// <summary>Random runs that a seed repeats.</summary>
/// <remarks>A failure names its seed; with <c>KCOPYD_SEED</c> set to it, that run alone is made again.</remarks>
internal static class Seeded
{
    private const string Variable = "KCOPYD_SEED";

    /// <summary>Whether a seed was given: then what only many runs show together cannot be seen.</summary>
    public static bool IsOneRun => Given() is not null;

    /// <summary>
    /// Runs a body with consecutive seeds; the body draws everything from the generator that it is given.
    /// </summary>
    public static void Run(int runs, Action<int, Random> body)
    {
        var given = Given();
        var first = given ?? Random.Shared.Next(int.MaxValue - runs);
        for (var seed = first; seed < first + (given is null ? runs : 1); seed++)
        {
            Try(seed, () => body(seed, new Random(seed)));
        }
    }

    /// <summary>Asserts a property of many generated values, and shrinks what breaks it.</summary>
    public static void ForAll<T>(Arbitrary<T> values, Action<T> property, int runs = 300)
    {
        var seed = Given() ?? Random.Shared.Next();
        var replay = FSharpOption<Replay>.Some(new Replay(new Rnd((ulong)seed), FSharpOption<int>.None));
        var config = Config.QuickThrowOnFailure.WithMaxTest(runs).WithQuietOnSuccess(true).WithReplay(replay);
        Try(seed, () => Prop.ForAll(values, property).Check(config));
    }

    private static int? Given() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? int.Parse(text) : null;

    private static void Try(int seed, Action run)
    {
        try
        {
            run();
        }
        catch (Exception cause)
        {
            throw new InvalidOperationException(
                $"Seed {seed} fails; {Variable}={seed} repeats it. {cause.Message}", cause);
        }
    }
}
