using System.Security.Cryptography;
using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>What the program prints where.</summary>
public sealed class ReportProgramTests : IDisposable
{
    private readonly TempDirectory _files = new();
    private readonly string _source;

    public ReportProgramTests() => _source = _files.File("source", 1_000_001);

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task The_result_is_one_line_with_amount_time_and_rate()
    {
        var result = await KcopydProgram.RunAsync("copy", _source, _files["target"]);

        result.IsDone();
        Assert.Matches(@"^976\.6 KiB copied and flushed in [0-9.]+ s, [0-9.]+ [KMG]iB/s\n$", result.Output);
    }

    [Fact]
    public async Task The_json_result_is_one_object_with_every_promised_member()
    {
        var result = await KcopydProgram.RunAsync("copy", _source, _files["a"], _files["b"], "--json", "--flush");

        result.IsDone();
        using var json = JsonDocument.Parse(result.Output);
        var root = json.RootElement;
        Assert.NotEmpty(root.GetProperty("job").GetString()!);
        Assert.Equal("completed", root.GetProperty("state").GetString());
        Assert.Equal(1954, root.GetProperty("sectors").GetInt64());
        Assert.Equal(1_000_001, root.GetProperty("bytesRead").GetInt64());
        Assert.False(root.GetProperty("readError").GetBoolean());
        Assert.Equal(0UL, root.GetProperty("writeErrors").GetUInt64());
        Assert.Empty(root.GetProperty("failures").EnumerateArray());
        Assert.Empty(root.GetProperty("zeroedRanges").EnumerateArray());
        Assert.True(root.GetProperty("elapsedSeconds").GetDouble() > 0);
        Assert.False(root.TryGetProperty("digest", out _));
        Assert.Equal(2, root.GetProperty("targets").GetArrayLength());
        var target = root.GetProperty("targets")[1];
        Assert.Equal(_files["b"], target.GetProperty("uri").GetString());
        Assert.Equal(1_000_001, target.GetProperty("bytesWritten").GetInt64());
        Assert.Equal(1_000_001, target.GetProperty("bytesFlushed").GetInt64());
        Assert.Equal("good", target.GetProperty("state").GetString());
        Assert.Equal(0, target.GetProperty("bytesKept").GetInt64());
        Assert.True(root.GetProperty("journaled").GetBoolean());
        Assert.Empty(root.GetProperty("notices").EnumerateArray());
    }

    [SkippableFact]
    public async Task A_failure_in_the_json_result_says_which_end_where_and_why()
    {
        Require.Mounts();
        using var mount = TemporaryMount.Tmpfs(64 << 10);

        var result = await KcopydProgram.RunAsync("copy", _source, _files["good"], mount["full"], "--json");

        Assert.Equal(1, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal("failed", json.RootElement.GetProperty("state").GetString());
        Assert.Equal(2UL, json.RootElement.GetProperty("writeErrors").GetUInt64());
        var failure = json.RootElement.GetProperty("failures")[0];
        Assert.Equal("write", failure.GetProperty("kind").GetString());
        Assert.Equal("target", failure.GetProperty("end").GetString());
        Assert.Equal(1, failure.GetProperty("target").GetInt32());
        Assert.Equal(28, failure.GetProperty("errno").GetInt32());
        Assert.True(failure.GetProperty("count").GetInt64() > 0);
        Assert.False(failure.GetProperty("transient").GetBoolean());
        Assert.Contains("no space left", failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.True(failure.TryGetProperty("sector", out _));
    }

    [Fact]
    public async Task The_digest_is_that_of_the_source()
    {
        var expected = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_source)));

        var text = await KcopydProgram.RunAsync("copy", _source, _files["a"], "--digest");
        var json = await KcopydProgram.RunAsync("copy", _source, _files["b"], "--digest", "--json");

        Assert.Contains($"sha256 {expected}\n", text.Output, StringComparison.Ordinal);
        Assert.Contains($"\"digest\":\"{expected}\"", json.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_progress_is_an_object_a_line_and_ends_at_one_hundred_per_cent()
    {
        var result = await KcopydProgram.RunAsync(
            "copy", _source, _files["target"], "--progress", "json", "--rate", "2M", "--segment", "64K");

        Assert.Equal(0, result.ExitCode);
        var lines = result.ErrorLines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.True(lines.Count >= 2, result.Error);
        var done = lines.ConvertAll(line => line.GetProperty("doneBytes").GetInt64());
        Assert.Equal(done.Order(), done);
        Assert.Equal("ended", lines[^1].GetProperty("status").GetString());
        Assert.Equal(100, lines[^1].GetProperty("percent").GetDouble());
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("plain")]
    [InlineData("none")]
    public async Task A_short_copy_shows_no_progress(string style)
    {
        var result = await KcopydProgram.RunAsync("copy", _source, _files["target"], "--progress", style);

        result.IsDone();
    }

    [SkippableFact]
    public async Task A_result_that_nobody_could_read_is_an_error_though_the_copy_is_done()
    {
        Require.Linux();

        var result = await KcopydProgram.RunInShellAsync(
            $"{KcopydProgram.Path} copy {_source} {_files["target"]} > /dev/full");

        Assert.Equal(1, result.ExitCode);
        result.IsSentence("completed", "could not be written");
        Assert.Equal(File.ReadAllBytes(_source), File.ReadAllBytes(_files["target"]));
    }

    [Fact]
    public async Task The_version_is_a_name_and_a_number()
    {
        var result = await KcopydProgram.RunAsync("--version");

        result.IsDone();
        Assert.Matches(@"^kcopyd \d+\.\d+\.\d+\S*\n$", result.Output);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("copy", "--help")]
    [InlineData("zero", "--help")]
    [InlineData("verify", "--help")]
    public async Task The_help_has_examples_and_exit_codes(params string[] arguments)
    {
        var result = await KcopydProgram.RunAsync(arguments);

        result.IsDone();
        Assert.All(
            ["Usage:", "Examples:", "Exit codes:", "130"],
            part => Assert.Contains(part, result.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_help_of_copy_names_every_option_with_its_default()
    {
        var result = await KcopydProgram.RunAsync("copy", "--help");

        Assert.All(
            [
                "--sector", "--count", "--target-sector", "--direct", "--pages", "64M", "--segment", "512K",
                "--in-flight", "--rate", "--percent", "--ignore-error", "--sequential", "--on-target-error",
                "--on-read-error", "--sparse", "--flush", "--verify", "--digest", "--progress", "--json",
                "--no-journal", "--journal", "KCOPYD_JOURNAL", "--job", "--checkpoint-interval", "1s", "--restart",
                "--trust",
            ],
            part => Assert.Contains(part, result.Output, StringComparison.Ordinal));
    }
}
