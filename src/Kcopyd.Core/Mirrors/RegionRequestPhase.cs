namespace Kcopyd.Core.Mirrors;

/// <summary>Where a request stands.</summary>
internal enum RegionRequestPhase
{
    /// <summary>Not submitted, or settled.</summary>
    Outside,

    /// <summary>It waits until the mirror runs.</summary>
    Parked,

    /// <summary>It waits for the end of a work on one of its regions.</summary>
    Delayed,

    /// <summary>It waits for the end of a request that changes some of the same sectors.</summary>
    Following,

    /// <summary>It waits for the log.</summary>
    Marking,

    /// <summary>The legs have it.</summary>
    InFlight,

    /// <summary>It failed on a leg, and is neither completed nor failed until the mirror is suspended.</summary>
    Held,
}
