using System.Diagnostics;
using System.Text;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>A run of the program that has not ended.</summary>
internal sealed class RunningProgram : IDisposable
{
    /// <summary>Nothing in these tests takes seconds on a quiet machine; past this the program hangs.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _error = new();
    private readonly StringBuilder _saidOutput = new();
    private Task<string>? _output;
    private readonly CancellationTokenSource _bound = new(Bound);
    private bool _isDisposed;

    internal RunningProgram(Process process, bool readsOutputByLine = false)
    {
        _process = process;
        if (!readsOutputByLine)
        {
            _output = process.StandardOutput.ReadToEndAsync();
        }
    }

    /// <summary>Waits for the next line of standard output, of a program that was started to be read so.</summary>
    public async Task<string> NextOutputLineAsync()
    {
        var line = await _process.StandardOutput.ReadLineAsync(_bound.Token);
        if (line is null)
        {
            var error = await _process.StandardError.ReadToEndAsync(_bound.Token);
            Assert.Fail($"The program ended without a further line on standard output, and said: {_error}{error}");
        }

        _saidOutput.Append(line).Append('\n');
        return line;
    }

    /// <summary>Waits for the next line of standard error.</summary>
    public async Task<string> NextErrorLineAsync()
    {
        var line = await _process.StandardError.ReadLineAsync(_bound.Token);
        Assert.True(line is not null, $"The program ended without a further line on standard error, after: {_error}");
        _error.Append(line).Append('\n');
        return line;
    }

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Completes with its end.</summary>
    public Task Ended => _process.WaitForExitAsync(_bound.Token);

    /// <summary>Waits for the next line of standard error.</summary>
    /// <returns>Whether there was one before it ended.</returns>
    public async Task<bool> TryNextErrorLineAsync()
    {
        if (await _process.StandardError.ReadLineAsync(_bound.Token) is not { } line)
        {
            return false;
        }

        _error.Append(line).Append('\n');
        return true;
    }

    /// <summary>Sends SIGKILL, now.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Sends a signal: INT, TERM, KILL, STOP, CONT.</summary>
    public void Signal(string name) =>
        Shell.Run("kill", $"-{name}", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Waits for the end.</summary>
    public async Task<ProgramResult> EndAsync()
    {
        _output ??= _process.StandardOutput.ReadToEndAsync(_bound.Token);
        _error.Append(await _process.StandardError.ReadToEndAsync(_bound.Token));
        var output = _saidOutput.Append(await _output.WaitAsync(_bound.Token)).ToString();
        await _process.WaitForExitAsync(_bound.Token);
        return new ProgramResult(_process.ExitCode, output, _error.ToString());
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        _bound.Dispose();
    }
}
