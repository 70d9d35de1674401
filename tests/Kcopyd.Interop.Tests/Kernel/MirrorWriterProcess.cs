using System.Diagnostics;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>The program that writes to a mirror of ours, as a process.</summary>
internal static class MirrorWriterProcess
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    /// <summary>Runs it until so many writes are flushed, and some more, and kills it with SIGKILL.</summary>
    /// <returns>What was flushed: the number last written to each block that was.</returns>
    public static async Task<Dictionary<int, long>> KillAfterAsync(int writes, string table, int seed)
    {
        using var bound = new CancellationTokenSource(Bound);
        using var process = Process.Start(
            new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Kcopyd.Mirror.Writer"), [table, $"{seed}"])
            {
                RedirectStandardOutput = true,
            })!;
        var flushed = new Dictionary<int, long>();
        try
        {
            for (var left = int.MaxValue; left > 0; left--)
            {
                var line = await process.StandardOutput.ReadLineAsync(bound.Token);
                left = line is "clean" ? writes : left;
                Note(line ?? throw new InvalidOperationException($"It ended after {flushed.Count} blocks."));
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        while (await process.StandardOutput.ReadLineAsync(bound.Token) is { } line)
        {
            Note(line);
        }

        return flushed;

        void Note(string line)
        {
            if (line.Split(' ') is [var block, var number])
            {
                flushed[int.Parse(block, null)] = long.Parse(number, null);
            }
        }
    }
}
