using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Client;

/// <summary>Cuts long reads and writes into several requests.</summary>
/// <remarks>
/// Decided: 2 MiB, all under way at once. Because: a server that has received one writes it while the next one comes,
/// and finds it in its cache; servers keep a buffer of the longest request for each of their threads. Instead of: one
/// request as long as the server takes it.
/// </remarks>
internal static class NbdPieces
{
    /// <summary>The longest one, where the server takes that.</summary>
    public const int LongestBytes = 2 << 20;

    /// <summary>How long requests are where a server says how it wants them; unit: bytes. What it prefers is not cut,
    /// although it may be longer.</summary>
    public static int LongestOf(NbdBlockSizes sizes)
    {
        var most = Math.Min(sizes.Maximum, NbdLimits.MaxPayload);
        var wanted = Math.Min(most, Math.Max(LongestBytes, sizes.Preferred));
        return (int)(wanted / sizes.Minimum * sizes.Minimum);
    }

    /// <summary>Asks for all pieces, and waits for all: nobody uses the bytes on return.</summary>
    /// <param name="length">Bytes in all.</param>
    /// <param name="longest">Bytes of a piece at most.</param>
    /// <param name="ask">Asks for one, of its place in the whole and its length.</param>
    /// <returns>The first one that was refused, and its place; else any.</returns>
    public static async ValueTask<(int Place, NbdAnswer Answer)> AskAsync(
        int length, int longest, Func<int, int, ValueTask<NbdAnswer>> ask)
    {
        if (length <= longest)
        {
            return (0, length == 0 ? default : await ask(0, length).ConfigureAwait(false));
        }

        var asked = new Task<NbdAnswer>[((length - 1) / longest) + 1];
        for (var i = 0; i < asked.Length; i++)
        {
            asked[i] = ask(i * longest, Math.Min(longest, length - (i * longest))).AsTask();
        }

        var answers = await Task.WhenAll(asked).ConfigureAwait(false);
        var refused = Array.FindIndex(answers, static answer => answer.Error != NbdError.None);
        return refused < 0 ? (0, answers[0]) : (refused * longest, answers[refused]);
    }
}
