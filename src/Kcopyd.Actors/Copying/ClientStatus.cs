using Akka.Actor;
using Kcopyd.Core;

namespace Kcopyd.Actors.Copying;

/// <summary>How a client is.</summary>
/// <param name="TotalPages">Pages of 4096 bytes in its budget.</param>
/// <param name="TakenPages">Pages that segments hold now.</param>
/// <param name="PeakPages">The most pages that were ever held at once.</param>
/// <param name="QueuedJobs">Jobs that wait for their turn.</param>
/// <param name="ActiveJobs">Jobs that were begun and are not over, the paused ones among them.</param>
public sealed record ClientStatus(int TotalPages, int TakenPages, int PeakPages, int QueuedJobs, int ActiveJobs)
    : INoSerializationVerificationNeeded
{
    /// <summary>Segments that wait for pages or for the throttle.</summary>
    public int WaitingSegments { get; init; }

    /// <summary>The rate limit in bytes of source a second; 0: none.</summary>
    public ByteCount BytesPerSecond { get; init; }

    /// <summary>The duty-cycle limit in per cent; 100: none.</summary>
    public int Percent { get; init; }
}
