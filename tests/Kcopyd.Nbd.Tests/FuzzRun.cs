using System.Globalization;

namespace Kcopyd.Nbd.Tests;

/// <summary>Random messages that a seed repeats.</summary>
/// <remarks><c>KCOPYD_FUZZ</c> is how many there are instead of the few that suit every build; a failure names its
/// seed, and <c>KCOPYD_SEED</c> draws the same ones. The order of connections side by side no seed repeats.</remarks>
internal static class FuzzRun
{
    public static int Count(int few) => Number("KCOPYD_FUZZ") ?? few;

    /// <summary>Runs a body with a seed.</summary>
    public static async Task SeededAsync(Func<int, Task> body)
    {
        var seed = Number("KCOPYD_SEED") ?? Random.Shared.Next();
        try
        {
            await body(seed);
        }
        catch (Exception cause)
        {
            throw new InvalidOperationException(
                $"Seed {seed} failed; KCOPYD_SEED={seed} draws the same messages. {cause.Message}", cause);
        }
    }

    private static int? Number(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : null;
}
