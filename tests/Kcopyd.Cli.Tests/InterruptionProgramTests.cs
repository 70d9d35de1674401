using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>Signals: the first settles what is in flight and says what was done.</summary>
public sealed class InterruptionProgramTests : IDisposable
{
    private readonly TempDirectory _files = new();
    private readonly string _source;

    public InterruptionProgramTests() => _source = _files.File("source", 64 << 20);

    public void Dispose() => _files.Dispose();

    [SkippableTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public async Task A_signal_settles_the_job(string signal, int exitCode)
    {
        Require.Linux();
        using var running = KcopydProgram.Start(
            "copy", _source, _files["target"], "--rate", "1M", "--segment", "64K", "--progress", "json", "--json");
        using (var progress = JsonDocument.Parse(await running.NextErrorLineAsync()))
        {
            Assert.Equal(64 << 20, progress.RootElement.GetProperty("totalBytes").GetInt64());
        }

        await JobBench.UntilJournaledAsync(running);
        running.Signal(signal);
        var result = await running.EndAsync();

        Assert.Equal(exitCode, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal("cancelled", json.RootElement.GetProperty("state").GetString());
        var written = json.RootElement.GetProperty("targets")[0].GetProperty("bytesWritten").GetInt64();
        Assert.InRange(written, 0, (64 << 20) - 1);
        Assert.Equal(
            File.ReadAllBytes(_source).AsSpan(0, (int)written),
            File.ReadAllBytes(_files["target"]).AsSpan(0, (int)written));
    }

    [SkippableFact]
    public async Task What_was_copied_is_said_in_words()
    {
        Require.Linux();
        using var running = KcopydProgram.Start(
            "copy", _source, _files["target"], "--rate", "1M", "--progress", "json");
        await running.NextErrorLineAsync();

        running.Signal("INT");
        var result = await running.EndAsync();

        Assert.Equal(130, result.ExitCode);
        Assert.Matches("^.* of 64 MiB copied( and flushed)? in .*, interrupted\n$", result.Output);
    }
}
