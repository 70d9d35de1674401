namespace Kcopyd.Core.Mirrors;

/// <summary>Where a mirror keeps which of its regions are clean.</summary>
public enum MirrorLogKind
{
    /// <summary><c>core</c>: in memory; every start copies everything, unless told that the legs are equal.</summary>
    Core,

    /// <summary><c>disk</c>: on a device of its own, in dm-mirror's format.</summary>
    Disk,

    /// <summary><c>journal</c>: in a journal stream; dm-mirror has no such log.</summary>
    Journal,
}
