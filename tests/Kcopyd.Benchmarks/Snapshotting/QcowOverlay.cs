using System.Diagnostics;
using System.Globalization;
using System.Text;
using Kcopyd.Benchmarks.Processes;

namespace Kcopyd.Benchmarks.Snapshotting;

/// <summary>The peer: a qcow2 overlay with clusters of 4 KiB over the origin, written by qemu-io.</summary>
internal static class QcowOverlay
{
    /// <summary>Why it cannot be used here; null if it can.</summary>
    public static string? Obstacle =>
        ProgramSearch.Find("qemu-io") is null || ProgramSearch.Find("qemu-img") is null
            ? "qemu-io is not installed"
            : null;

    /// <summary>Makes an overlay, writes to it, so many at once, and flushes.</summary>
    /// <param name="origin">What is beneath the overlay.</param>
    /// <param name="overlay">The device that holds it.</param>
    /// <param name="writes">What is written.</param>
    /// <param name="atOnce">How many are under way before all of them are waited for.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Writes a second; the start of the program does not count.</returns>
    public static double Write(
        string origin, string overlay, FirstWrites writes, int atOnce, CancellationToken cancellationToken)
    {
        var image = ProgramSearch.Find("qemu-img")!;
        ProcessRunner.Run(
            new Command(
                image, "create", "-q", "-f", "qcow2", "-o", "cluster_size=4096", "-F", "raw", "-b", origin, overlay),
            cancellationToken);
        var start = new ProcessStartInfo(ProgramSearch.Find("qemu-io")!, ["-f", "qcow2", "-t", "writeback", overlay])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var script = Script(writes, atOnce);
        using var process = Process.Start(start)!;
        using var registration = cancellationToken.Register(static state => ((Process)state!).Kill(), process);

        // One read, and its answer: the program has started, and the image is open.
        process.StandardInput.Write("read 0 4k\n");
        process.StandardInput.Flush();
        while (process.StandardOutput.ReadLine() is { } line && !line.Contains("ops;", StringComparison.Ordinal))
        {
        }

        // It prompts for every command, and waits where nobody reads that.
        var clock = Stopwatch.StartNew();
        var prompts = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        process.WaitForExit();
        prompts.Wait(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return process.ExitCode == 0
            ? writes.Offsets.Count / clock.Elapsed.TotalSeconds
            : throw new ProcessFailedException($"qemu-io ended with {process.ExitCode}");
    }

    private static string Script(FirstWrites writes, int atOnce)
    {
        var script = new StringBuilder();
        for (var i = 0; i < writes.Offsets.Count; i++)
        {
            script.Append(CultureInfo.InvariantCulture, $"aio_write -q -P 165 {writes.Offsets[i]} 4k\n");
            script.Append((i + 1) % atOnce == 0 ? "aio_flush\n" : string.Empty);
        }

        return script.Append("aio_flush\nflush\nquit\n").ToString();
    }
}
