using System.Security.Authentication;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Cli.Serving;

/// <summary>Says what clients do wrong, once a second at most. Any thread may call.</summary>
/// <param name="time">The clock.</param>
/// <param name="say">Hears a sentence.</param>
internal sealed class ConnectionComplaints(TimeProvider time, Action<string> say)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly LimitedComplaints _complaints = new(time, Pause, say);

    /// <summary>A connection ended that its client did not end. That it was cut off, or took too long, is nobody's
    /// fault.</summary>
    internal void Tell(Exception failure)
    {
        if (failure is NbdProtocolException or AuthenticationException)
        {
            _complaints.Tell($"a client was cut off: {failure.Message}");
        }
    }
}
