using System.Diagnostics;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Demonstration;

/// <summary>This program once more, as a process of its own on the same terminal.</summary>
internal sealed class DemoChild : IDisposable
{
    private readonly Process _process;

    private DemoChild(Process process) => _process = process;

    /// <summary>Starts it.</summary>
    /// <param name="files">It works in their directory, with their journal.</param>
    /// <param name="arguments">The command.</param>
    internal static DemoChild Start(DemoFiles files, params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            WorkingDirectory = files.Directory,
            Environment =
            {
                [JournalPlaceReader.Variable] = files.Journal,

                // Its sockets would stay behind when it is killed.
                ["DOTNET_EnableDiagnostics"] = "0",
            },
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            // Run by the host of all programs, which is told which one.
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new DemoChild(Process.Start(start)!);
    }

    /// <summary>Whether it has ended.</summary>
    internal bool HasEnded => _process.HasExited;

    /// <summary>Ends it as SIGKILL does: it learns nothing of it.</summary>
    internal async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().ConfigureAwait(false);
    }

    /// <summary>Waits for its end.</summary>
    internal async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
