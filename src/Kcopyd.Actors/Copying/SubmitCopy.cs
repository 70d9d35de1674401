using System.Collections.Immutable;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Copying;

/// <summary>Command: open these devices, take a job on them, close them when it is over.</summary>
/// <remarks>Answered by <see cref="SubmitAccepted"/> and later one <see cref="SubmitCompleted"/>, or by
/// <see cref="SubmitBusy"/> or <see cref="SubmitRejected"/> alone.</remarks>
/// <param name="CorrelationId">The sender's name for the request; every answer carries it.</param>
/// <param name="Kind">What to do.</param>
/// <param name="Source">The region read; null for zeros.</param>
/// <param name="Targets">1 to 64 regions.</param>
/// <param name="Options">How.</param>
public sealed record SubmitCopy(
    string CorrelationId,
    CopyJobKind Kind,
    SubmitRegion? Source,
    ImmutableArray<SubmitRegion> Targets,
    CopyOptions Options) : SubmitMessage(CorrelationId)
{
    /// <summary>Whether the devices are opened past the page cache. Default false.</summary>
    public bool Direct { get; init; }

    /// <summary>A name for the job; null (the default): the client numbers it.</summary>
    public string? Name { get; init; }

    /// <summary>That the job is journaled, under its <see cref="Name"/>, and what a device means that is not what the
    /// journal recorded; null (the default): it is not journaled.</summary>
    /// <remarks>As <see cref="CopyRequest.Journaling"/>: a job of that name that is not over goes on where it
    /// was.</remarks>
    public JobStartPolicy? Policy { get; init; }
}
