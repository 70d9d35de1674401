namespace Kcopyd.Core.Copying;

/// <summary>How a job ended.</summary>
public enum CopyOutcome
{
    /// <summary>Everything was done.</summary>
    Completed,

    /// <summary>
    /// The job went to its end past errors that it was told to bear: ignored, salvaged, or with a target dropped.
    /// </summary>
    CompletedWithErrors,

    /// <summary>An error ended it; what lies between is undefined.</summary>
    Failed,

    /// <summary>It was cancelled.</summary>
    Cancelled,

    /// <summary>It was not begun: its journal cannot be relied on, or a device is not what was recorded. Nothing was
    /// written.</summary>
    Blocked,
}
