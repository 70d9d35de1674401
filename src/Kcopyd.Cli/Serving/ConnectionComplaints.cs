using System.Security.Authentication;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Cli.Serving;

/// <summary>Says what clients do wrong, but not more often than somebody may want to read it. Any thread may call.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="say">Hears a sentence.</param>
internal sealed class ConnectionComplaints(TimeProvider time, Action<string> say)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long? _saidAt;
    private int _unsaid;

    /// <summary>A connection ended that its client did not end. That it was cut off, or took too long, is nobody's
    /// fault.</summary>
    internal void Tell(Exception failure)
    {
        if (failure is not (NbdProtocolException or AuthenticationException))
        {
            return;
        }

        lock (_gate)
        {
            if (_saidAt is { } at && time.GetElapsedTime(at) < Pause)
            {
                _unsaid++;
                return;
            }

            var more = _unsaid > 0 ? $" (and {_unsaid} more)" : string.Empty;
            (_saidAt, _unsaid) = (time.GetTimestamp(), 0);
            say($"a client was cut off: {failure.Message.TrimEnd('.')}{more}");
        }
    }
}
