namespace Kcopyd.Actors.Journaling;

/// <summary>How a journaled job stands, as its journal knows it.</summary>
public enum JobStanding
{
    /// <summary>A run was begun and has not said that it ended: it is at work, or it was killed.</summary>
    Running,

    /// <summary>The last run was told to stop, and settled what was in flight. It can be resumed.</summary>
    Interrupted,

    /// <summary>An error ended the last run. It can be resumed when the cause is gone.</summary>
    Failed,

    /// <summary>A device is not what was recorded; nothing was written. The operator decides.</summary>
    Blocked,

    /// <summary>Everything was done.</summary>
    Completed,

    /// <summary>The job went to its end past errors that it was told to bear.</summary>
    CompletedWithErrors,
}
