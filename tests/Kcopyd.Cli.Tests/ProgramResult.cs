namespace Kcopyd.Cli.Tests;

/// <summary>What a run of the program left.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of standard error.</summary>
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Asserts that the program refused with one sentence that has these words, and said nothing
    /// else.</summary>
    public void IsRefusal(params string[] words)
    {
        Assert.True(ExitCode == 2, $"Exit code {ExitCode}, expected 2. {this}");
        Assert.Equal(string.Empty, Output);
        IsSentence(words);
    }

    /// <summary>Asserts that standard error is one sentence that has these words.</summary>
    public void IsSentence(params string[] words)
    {
        var line = Assert.Single(ErrorLines);
        Assert.StartsWith("kcopyd: ", line, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, line, StringComparison.Ordinal));
    }

    /// <summary>Asserts that standard error is one sentence that has these words, and the command that lets the job go
    /// on.</summary>
    public void IsUnfinished(params string[] words)
    {
        Assert.Equal(2, ErrorLines.Length);
        Assert.All(words, word => Assert.Contains(word, ErrorLines[0], StringComparison.Ordinal));
        Assert.Contains("kcopyd resume ", ErrorLines[1], StringComparison.Ordinal);
    }

    /// <summary>Asserts that everything was done and nothing was complained about.</summary>
    public void IsDone()
    {
        Assert.True(ExitCode == 0, $"Exit code {ExitCode}, expected 0. {this}");
        Assert.Equal(string.Empty, Error);
    }
}
