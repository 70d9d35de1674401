using System.Diagnostics;

namespace Akka.Bundled.Tests.Sql;

/// <summary>The helper program beside the tests, as a process.</summary>
internal sealed class WriterProcess : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private WriterProcess(Process process)
    {
        _process = process;
    }

    public static WriterProcess Start(params string[] arguments) => new(Process.Start(
        new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Akka.Bundled.Writer"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);

    /// <summary>Waits for the next line; null: it has ended.</summary>
    public async Task<string?> NextLineAsync()
    {
        using var bound = new CancellationTokenSource(Bound);
        return await _process.StandardOutput.ReadLineAsync(bound.Token);
    }

    /// <summary>Kills it with SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Ends its standard input and waits for its end.</summary>
    public async Task EndAsync()
    {
        _process.StandardInput.Close();
        using var bound = new CancellationTokenSource(Bound);
        await _process.WaitForExitAsync(bound.Token);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
