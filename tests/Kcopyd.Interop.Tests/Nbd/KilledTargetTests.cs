using System.Text.Json;
using Kcopyd.Cli.Tests;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>A journaled <c>kcopyd copy</c> to an export of a server that is killed in the middle and started
/// again.</summary>
public sealed class KilledTargetTests : IDisposable
{
    private const int Bytes = 16 << 20;
    private const string Lost = "unflushed writes lost";

    private readonly TempDirectory _files = new();
    private readonly List<PeerServer> _peers = [];

    private string Journal => _files["journal"];

    private string Source => _files["source"];

    public void Dispose()
    {
        _peers.ForEach(static peer => peer.Dispose());
        _files.Dispose();
    }

    [SkippableFact]
    public async Task Copy_to_kcopyd_serve_goes_on_and_has_the_same_bytes()
    {
        var disk = new ServedFile(_files, "disk", Bytes);
        await disk.MakeAsync();
        var server = await KcopydServer.StartAsync(_files, disk);
        try
        {
            using var copying = await StartAsync(server.Uri("disk"));
            await server.KillAsync();
            await server.DisposeAsync();
            server = await KcopydServer.StartAsync(_files, disk);

            await FinishAsync(copying);
            Shell.Run("cmp", Source, _files["disk-disk"]);
            await server.TerminateAsync();
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [SkippableTheory]
    [InlineData("nbdkit")]
    [InlineData("qemu-nbd")]
    public async Task Copy_to_another_server_over_a_file_goes_on_and_has_the_same_bytes(string program)
    {
        Require.Programs(program);
        var file = _files.Sparse("disk", Bytes);
        await StartPeerAsync(program, file);
        using var copying = await StartAsync(_peers[0].Uri);
        _peers[0].Kill();
        await StartPeerAsync(program, file);

        await FinishAsync(copying);
        Shell.Run("cmp", Source, file);
    }

    /// <summary>What it had flushed it has not any more: nothing but reading back can tell.</summary>
    [SkippableFact]
    public async Task Copy_to_a_server_that_forgets_all_is_not_done_when_it_is_verified_and_is_repaired()
    {
        Require.Programs("nbdkit", "qemu-img");
        await StartPeerAsync("nbdkit", "memory", $"{Bytes}");
        using var copying = await StartAsync(_peers[0].Uri, "--verify");
        _peers[0].Kill();
        await StartPeerAsync("nbdkit", "memory", $"{Bytes}");

        var verified = await copying.EndAsync();
        var repaired = await ResumeAsync(JobOf(verified));

        Assert.Equal(1, verified.ExitCode);
        Assert.Contains("differs from the source, first at byte 0", verified.Error, StringComparison.Ordinal);
        repaired.IsDone();
        Shell.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", Source, _peers[1].Uri);
    }

    private async Task StartPeerAsync(string program, params string[] words) => _peers.Add(program == "nbdkit"
        ? await PeerServer.StartNbdkitAsync(_files, words is [var file] ? ["file", file] : words)
        : await PeerServer.StartQemuAsync(_files, words));

    /// <summary>Starts a copy, and waits until a part of it is flushed, and another one written and not flushed for a
    /// while.</summary>
    private async Task<RunningProgram> StartAsync(string target, params string[] options)
    {
        _files.File("source", Bytes, seed: 5);
        var running = KcopydProgram.Start(
            [
                "copy", Source, target, "--journal", Journal, "--rate", "6M", "--checkpoint-interval", "1500ms",
                "--segment", "512K", "--in-flight", "1", "--progress", "json", .. options,
            ]);
        long flushed, written;
        do
        {
            using var line = JsonDocument.Parse(await running.NextErrorLineAsync());
            var progress = line.RootElement.GetProperty("targets")[0];
            flushed = progress.GetProperty("bytesFlushed").GetInt64();
            written = progress.GetProperty("bytesWritten").GetInt64();
        }
        while (flushed == 0 || written - flushed < 1 << 20);
        return running;
    }

    /// <summary>What was not flushed is gone, as far as it can know: it says so, and writes it again.</summary>
    private static async Task FinishAsync(RunningProgram copying)
    {
        var result = await copying.EndAsync();
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Contains(Lost, result.Error, StringComparison.Ordinal);
        Assert.Contains("it is written again from the last checkpoint", result.Error, StringComparison.Ordinal);
    }

    private Task<ProgramResult> ResumeAsync(string job, params string[] options) =>
        KcopydProgram.RunAsync(["resume", job, "--journal", Journal, "--progress", "none", .. options]);

    /// <returns>The name of a job that is not done, from the hint how to go on.</returns>
    private static string JobOf(ProgramResult result)
    {
        Assert.True(result.ExitCode == 1, $"{result}");
        var words = result.ErrorLines[^1].Split(' ');
        return words[Array.IndexOf(words, "resume") + 1];
    }
}
