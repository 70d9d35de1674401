namespace Kcopyd.Core.Mirrors;

/// <summary>What a request does.</summary>
public enum RegionRequestKind
{
    /// <summary>Changes content: data or zeros.</summary>
    Write,

    /// <summary>Gives content up. A leg that cannot does not degrade the mirror.</summary>
    Discard,

    /// <summary>Makes all legs durable.</summary>
    Flush,
}
