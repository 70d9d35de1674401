namespace Kcopyd.Actors.Copying;

/// <summary>What a job is doing, for people and programs that watch it.</summary>
public enum CopyJobStatus
{
    /// <summary>Accepted; waits for its turn, or for its journal to let it begin.</summary>
    Queued,

    /// <summary>Copies, zeroes or compares.</summary>
    Running,

    /// <summary>Has I/O in flight of which nothing completed for a while.</summary>
    Stalled,

    /// <summary>Waits for what is in flight, to pause then.</summary>
    Pausing,

    /// <summary>Rests until resumed.</summary>
    Paused,

    /// <summary>Waits for what is in flight, to end then.</summary>
    Ending,

    /// <summary>Its targets are being flushed.</summary>
    Flushing,

    /// <summary>Compares what it wrote.</summary>
    Verifying,

    /// <summary>Is over.</summary>
    Ended,
}
