namespace Kcopyd.Core.Snapshots;

/// <summary>Whether requests of an origin or a snapshot run.</summary>
public enum DevicePhase
{
    /// <summary>They wait; nothing is in flight.</summary>
    Suspended,

    /// <summary>They run.</summary>
    Running,

    /// <summary>New ones wait; those in flight end.</summary>
    Suspending,
}
