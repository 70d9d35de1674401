using System.Diagnostics;
using System.Globalization;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>fio with its engine for NBD.</summary>
internal static class Fio
{
    private const string Variable = "KCOPYD_FIO_SECONDS";

    private static readonly TimeSpan FewSeconds = TimeSpan.FromSeconds(8);

    private static TimeSpan Wanted => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text
        ? TimeSpan.FromSeconds(int.Parse(text, CultureInfo.InvariantCulture))
        : FewSeconds;

    /// <summary>Writes all of an export once, in a random order and in pieces of 4 KiB to 1 MiB with flushes between
    /// them, and verifies some of it meanwhile and all of it afterwards.</summary>
    /// <param name="uri">The export.</param>
    /// <param name="seed">Draws order, sizes and bytes.</param>
    /// <param name="jobs">How many write, each a part of its own.</param>
    /// <param name="bytes">The length of the export.</param>
    public static void Verify(string uri, int seed, int jobs, long bytes)
    {
        var output = Shell.Run(
            "fio",
            [
                .. Words(uri, seed, jobs, bytes),
                "--bsrange=4k-1M", "--verify=crc32c", "--do_verify=1", "--verify_fatal=1", "--verify_backlog=64",
                "--verify_async=1",
            ]);
        Assert.Contains("err= 0", output, StringComparison.Ordinal);
        Assert.DoesNotContain("verify:", output, StringComparison.Ordinal);
    }

    /// <summary>Does that again and again for some seconds; <c>KCOPYD_FIO_SECONDS</c> is for how many.</summary>
    /// <returns>How often it was done.</returns>
    public static int VerifyForSeconds(string uri, int jobs, long bytes)
    {
        var watch = Stopwatch.StartNew();
        var passes = 0;
        do
        {
            Verify(uri, ++passes, jobs, bytes);
        }
        while (watch.Elapsed < Wanted);

        return passes;
    }

    /// <summary>Writes every 4 KiB of an export once, in a random order.</summary>
    public static void WriteOnce(string uri, int seed, long bytes) =>
        Shell.Run("fio", [.. Words(uri, seed, 1, bytes), "--bs=4k"]);

    /// <summary>Starts to write pieces of 4 KiB to a part of an export until it, or the server, is killed.</summary>
    public static Process StartWriting(string uri, int seed, long offset, long bytes) => Process.Start(
        new ProcessStartInfo(
            "fio",
            [
                .. Words(uri, seed, 2, bytes), "--bs=4k", "--norandommap", "--time_based", "--runtime=600",
                $"--offset={offset}",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private static string[] Words(string uri, int seed, int jobs, long bytes) =>
    [
        "--name=load", "--ioengine=nbd", $"--uri={uri}", "--rw=randwrite", "--iodepth=8", "--fsync=32",
        $"--randseed={seed}", $"--numjobs={jobs}", $"--size={bytes / jobs}", $"--offset_increment={bytes / jobs}",
    ];
}
