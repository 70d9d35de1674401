namespace Kcopyd.Actors.Copying;

/// <summary>Why a job was not taken.</summary>
public enum CopyRejectionKind
{
    /// <summary>No target, or more than 64, or a missing source.</summary>
    TargetCount,

    /// <summary>A target is not as long as the source.</summary>
    UnequalCounts,

    /// <summary>A region reaches past the end of its device.</summary>
    OutOfBounds,

    /// <summary>A target is read-only.</summary>
    ReadOnly,

    /// <summary>Two targets share sectors on the same storage.</summary>
    TargetTwice,

    /// <summary>A target shares sectors with the source on the same storage.</summary>
    Overlap,

    /// <summary>A range does not begin or end on a block of its device.</summary>
    Misaligned,

    /// <summary>The budget is smaller than one segment.</summary>
    BudgetTooSmall,

    /// <summary>The name is in use by another job of this client, or is none.</summary>
    Name,

    /// <summary>A device named by its URI could not be opened.</summary>
    Device,

    /// <summary>The client is closing.</summary>
    Closing,

    /// <summary>The job is to be journaled, and the client cannot do that.</summary>
    Journal,
}
