using System.Runtime.InteropServices;

namespace Kcopyd.Cli.Execution;

/// <summary>Turns the first SIGINT, SIGTERM or, unless that means something else, SIGHUP into a cancellation; the
/// second ends the process as if nobody listened.</summary>
internal sealed class Interruption : IDisposable
{
    private const int HangUp = 1;
    private const int Interrupt = 2;
    private const int Terminate = 15;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration? _hangUp;
    private int _signal;

    /// <summary>From now on.</summary>
    /// <param name="hangUpToo">Whether SIGHUP counts.</param>
    internal Interruption(bool hangUpToo = true)
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Handle(context, Interrupt));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Handle(context, Terminate));
        _hangUp = hangUpToo
            ? PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Handle(context, HangUp))
            : null;
    }

    /// <summary>Cancelled by the first signal.</summary>
    internal CancellationToken Token => _source.Token;

    /// <summary>What the process ends with after a signal.</summary>
    internal int ExitCode => ExitCodes.SignalBase + Volatile.Read(ref _signal);

    /// <summary>Called before a second signal ends the process, to leave the terminal as it was found.</summary>
    internal Action BeforeLeaving { get; set; } = static () => { };

    /// <summary>Runs to the end, or to the first signal while there is nothing yet that could report it.</summary>
    /// <returns>What the process ends with.</returns>
    internal async Task<int> GuardAsync(Func<Task<int>> run)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Token.IsCancellationRequested)
        {
            return ExitCode;
        }
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _hangUp?.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context, int number)
    {
        if (Interlocked.CompareExchange(ref _signal, number, 0) != 0)
        {
            // Not cancelled: the system does what it does to a process without a handler.
            BeforeLeaving();
            return;
        }

        context.Cancel = true;
        _source.Cancel();
    }
}
