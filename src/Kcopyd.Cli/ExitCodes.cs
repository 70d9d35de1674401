namespace Kcopyd.Cli;

/// <summary>What the program's exit status says. Documented in <c>--help</c>.</summary>
internal static class ExitCodes
{
    /// <summary>Everything was done.</summary>
    internal const int Done = 0;

    /// <summary>The job ended with errors, those that it was told to bear among them, or found a difference.</summary>
    internal const int EndedWithErrors = 1;

    /// <summary>The command line or a device does not allow the job; nothing was touched.</summary>
    internal const int Refused = 2;

    /// <summary>128 and the number of the signal that interrupted the job, as shells count: 129, 130 or 143.</summary>
    internal const int SignalBase = 128;
}
