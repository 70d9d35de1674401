using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>The live bar, on a terminal that <c>script</c> makes.</summary>
public sealed class TerminalProgramTests : IDisposable
{
    private const string HideCursor = "\e[?25l";
    private const string ShowCursor = "\e[?25h";
    private const string Colour = "\e[38;5;";

    private readonly TempDirectory _files = new();
    private readonly string _source;

    public TerminalProgramTests() => _source = _files.File("source", 1 << 20);

    public void Dispose() => _files.Dispose();

    [SkippableFact]
    public async Task A_copy_that_lasts_shows_a_bar_and_takes_it_away()
    {
        Require.Linux();

        var result = await KcopydProgram.RunOnTerminalAsync(
            "TERM=xterm-256color", "copy", _source, _files["a"], _files["b"], "--rate", "1M", "--segment", "64K");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains(HideCursor, result.Output, StringComparison.Ordinal);
        Assert.Contains(ShowCursor, result.Output, StringComparison.Ordinal);
        Assert.Contains(Colour, result.Output, StringComparison.Ordinal);
        Assert.Contains(" of 1 MiB", result.Output, StringComparison.Ordinal);
        Assert.Contains("KiB written", result.Output, StringComparison.Ordinal);
        Assert.Contains("1 MiB copied and flushed to 2 targets in", result.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task No_color_means_a_bar_without_colours()
    {
        Require.Linux();

        var result = await KcopydProgram.RunOnTerminalAsync(
            "NO_COLOR=1 TERM=xterm-256color", "copy", _source, _files["a"], "--rate", "1M", "--segment", "64K");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains(" of 1 MiB", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Colour, result.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_short_copy_shows_no_bar()
    {
        Require.Linux();

        var result = await KcopydProgram.RunOnTerminalAsync("TERM=xterm", "copy", "null:0", _files["a"]);

        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain(HideCursor, result.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_dumb_terminal_shows_no_bar()
    {
        Require.Linux();

        var result = await KcopydProgram.RunOnTerminalAsync(
            "TERM=dumb", "copy", _source, _files["a"], "--rate", "1M", "--segment", "64K");

        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain("\e[", result.Output, StringComparison.Ordinal);
    }
}
