using System.Collections.Concurrent;
using Kcopyd.Nbd.Serving;

namespace Kcopyd.Cli.Serving;

/// <summary>Says which requests devices fail, for each export once in ten seconds at most: a disk that dies fails
/// thousands. Any thread may call.</summary>
/// <param name="time">The clock.</param>
/// <param name="say">Hears a sentence.</param>
internal sealed class RequestComplaints(TimeProvider time, Action<string> say)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, LimitedComplaints> _exports = new(StringComparer.Ordinal);

    /// <summary>A device failed a request, and its client was told.</summary>
    internal void Tell(NbdRequestFailure failure) =>
        _exports.GetOrAdd(failure.Export, _ => new LimitedComplaints(time, Pause, say))
            .Tell($"{failure.Export}: a request of {failure.Peer} failed: {failure.Cause.Message}");
}
