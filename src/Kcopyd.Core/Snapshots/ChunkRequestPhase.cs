namespace Kcopyd.Core.Snapshots;

/// <summary>Where a request stands.</summary>
public enum ChunkRequestPhase
{
    /// <summary>The machine does not have it: not yet, or not any more.</summary>
    Outside,

    /// <summary>It waits until its device runs.</summary>
    Parked,

    /// <summary>It waits for exceptions, for room among them, or for a merge.</summary>
    Waiting,

    /// <summary>The devices have it.</summary>
    InFlight,

    /// <summary>Its data is written; the exceptions that lead to it are not durable yet.</summary>
    Committing,
}
