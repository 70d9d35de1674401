namespace Akka.Persistence.Internal;

/// <summary>What a replay does about events of two writers at the same time.</summary>
internal enum ReplayFilterMode
{
    /// <summary>Nothing; it does not look.</summary>
    Off,

    /// <summary>Leaves out those of the earlier writer.</summary>
    Repair,

    /// <summary>Replays all and logs a warning.</summary>
    Warn,

    /// <summary>Fails.</summary>
    Fail,
}
