using Kcopyd.Actors.Journaling;
using Akka.Actor;
using Kcopyd.Core.Copying;
using Microsoft.Extensions.Logging;

namespace Kcopyd.Actors.Copying;

/// <summary>What a job actor is made with.</summary>
/// <param name="Number">The job's number within its client.</param>
/// <param name="Id">Its name.</param>
/// <param name="Request">What it does.</param>
/// <param name="Client">Who gives it pages and hears of its end.</param>
internal sealed record CopyJobSetup(long Number, CopyJobId Id, CopyRequest Request, IActorRef Client)
{
    /// <summary>What decisions depend on.</summary>
    public required CopyJobSpec Spec { get; init; }

    /// <summary>The time of acceptance, on the scheduler's monotonic clock.</summary>
    public required TimeSpan AcceptedAt { get; init; }

    /// <summary>Its journal; null for none.</summary>
    public JobJournalSetup? Journal { get; init; }

    /// <summary>Cancelled when disposal gives up waiting for I/O.</summary>
    public required CancellationToken Abort { get; init; }

    /// <summary>Where the job logs.</summary>
    public required ILogger Logger { get; init; }
}
