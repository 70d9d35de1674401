namespace Kcopyd.Core.Mirrors;

/// <summary>Whether a mirror runs.</summary>
public enum MirrorPhase
{
    /// <summary>It does nothing; requests wait. So it begins.</summary>
    Suspended,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>What is in flight ends; new requests wait.</summary>
    Suspending,
}
