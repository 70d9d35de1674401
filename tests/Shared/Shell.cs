using System.Diagnostics;

namespace Kcopyd.Tests.Shared;

/// <summary>Other people's programs, run for a test.</summary>
internal static class Shell
{
    /// <summary>Runs a program to its end and returns what it wrote; a failure is the test's.</summary>
    public static string Run(string program, params string[] arguments)
    {
        var (status, output, error) = Execute(program, arguments);
        Assert.True(status == 0, $"{program} {string.Join(' ', arguments)}: exit {status}: {error}");
        return output;
    }

    /// <summary>Runs a program for tidying up, when it may have nothing to do.</summary>
    public static bool Try(string program, params string[] arguments) => Execute(program, arguments).Status == 0;

    private static (int Status, string Output, string Error) Execute(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
#pragma warning disable xUnit1031, CA1849 // a small program's error text, after its end
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
#pragma warning restore xUnit1031, CA1849
    }
}
