using Kcopyd.Actors.Journaling;
using System.Collections.Immutable;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>What is to be copied, zeroed or compared. Devices stay the caller's: the engine never disposes
/// them.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Source">The region read; null for zeros.</param>
/// <param name="Targets">1 to 64 regions, each as long as the source. They must stay open until the job
/// completed.</param>
/// <param name="Options">How.</param>
public sealed record CopyRequest(
    CopyJobKind Kind, IoRegion? Source, ImmutableArray<IoRegion> Targets, CopyOptions Options)
{
    /// <summary>A name for the job; null: the client numbers it.</summary>
    public string? Name { get; init; }

    /// <summary>That the job is journaled, and how it begins; null (the default): it is not.</summary>
    /// <remarks>Needs a <see cref="Name"/>, by which the journal knows the job, and a client with a
    /// <see cref="KcopydClientOptions.Journal"/>. A job of that name that is not over goes on where it was; one that is
    /// over begins anew. A journaled job always flushes. Cancelling it settles what is in flight and leaves it to be
    /// resumed.</remarks>
    public JobJournaling? Journaling { get; init; }

    /// <summary>Whether the job waits, paused, until it is resumed. Default false.</summary>
    public bool StartPaused { get; init; }

    /// <summary>A copy of a region to one or more regions.</summary>
    public static CopyRequest Copy(IoRegion source, params ImmutableArray<IoRegion> targets) =>
        new(CopyJobKind.Copy, source, targets, CopyOptions.Default);

    /// <summary>Zeros for one or more regions.</summary>
    public static CopyRequest Zero(params ImmutableArray<IoRegion> targets) =>
        new(CopyJobKind.Zero, null, targets, CopyOptions.Default);

    /// <summary>A comparison of a region with one or more regions, past the page cache; nothing is written.</summary>
    public static CopyRequest Verify(IoRegion source, params ImmutableArray<IoRegion> targets) =>
        new(CopyJobKind.Verify, source, targets, CopyOptions.Default);
}
