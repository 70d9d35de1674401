using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>That a job is journaled, and how this run of it begins. Immutable.</summary>
public sealed record JobJournaling
{
    /// <summary>All defaults.</summary>
    public static readonly JobJournaling Default = new();

    /// <summary>What a device means that is not what the journal recorded. Default: the job is blocked.</summary>
    public JobStartPolicy Policy { get; init; }

    /// <summary>The targets, by index, that were created for this run: nothing can be on them, whatever is recorded.
    /// Default none.</summary>
    public TargetMask Created { get; init; }

    /// <summary>Whether the devices were opened past the page cache: recorded, so that a resume does the
    /// same.</summary>
    public bool Direct { get; init; }
}
