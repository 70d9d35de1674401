namespace Kcopyd.Core.Copying;

/// <summary>Where a job is.</summary>
public enum CopyPhase
{
    /// <summary>It was not started yet.</summary>
    Queued,

    /// <summary>Segments are copied or zeroed.</summary>
    Copying,

    /// <summary>The targets are being flushed.</summary>
    Flushing,

    /// <summary>Source and targets are read back and compared.</summary>
    Verifying,

    /// <summary>Source and targets are asked whether they are still what their names lead to.</summary>
    Confirming,

    /// <summary>The job is over.</summary>
    Ended,
}
