namespace Kcopyd.Core.Copying;

/// <summary>What failed.</summary>
public enum CopyFailureKind
{
    /// <summary>A read of the source. The range is the source's.</summary>
    Read,

    /// <summary>A write, or a write of zeros, to a target. The range is the target's.</summary>
    Write,

    /// <summary>A flush of a target: anything written to it since the last good flush may be lost.</summary>
    Flush,

    /// <summary>A target differs from the source. The range is the target's.</summary>
    Mismatch,

    /// <summary>The name of a device no longer leads to it.</summary>
    Vanished,

    /// <summary>More ranges were unreadable than a salvage may list.</summary>
    SalvageLimit,

    /// <summary>A part of the engine failed; a defect.</summary>
    Engine,

    /// <summary>A device is not what the job's journal recorded.</summary>
    Changed,

    /// <summary>The job's journal cannot be read or written.</summary>
    Journal,

    /// <summary>Another runner has the job.</summary>
    Superseded,
}
