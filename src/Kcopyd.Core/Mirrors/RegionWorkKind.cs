namespace Kcopyd.Core.Mirrors;

/// <summary>What is done to regions while no write touches them.</summary>
public enum RegionWorkKind
{
    /// <summary>Legs that lack the content get it from one that has it.</summary>
    Recover,

    /// <summary>What a leg could not read is written back to it.</summary>
    Repair,

    /// <summary>The legs are compared.</summary>
    Check,
}
