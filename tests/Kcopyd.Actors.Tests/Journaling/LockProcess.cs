using System.Diagnostics;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>Another process that takes the lock of a job and holds it.</summary>
internal sealed class LockProcess : IDisposable
{
    private readonly Process _process;

    private LockProcess(Process process)
    {
        _process = process;
    }

    /// <summary>What the other process is called by its lock.</summary>
    public string Holder => $"process {_process.Id} on {Environment.MachineName}";

    /// <summary>Starts it.</summary>
    /// <returns>The process, and what it said: <c>taken</c>, or who has the lock.</returns>
    public static async Task<(LockProcess Process, string Answer)> StartAsync(string directory, string job)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, directory, job])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        return (new LockProcess(process), await process.StandardOutput.ReadLineAsync() ?? "It ended.");
    }

    /// <summary>Ends it with SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
