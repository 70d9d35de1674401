namespace Kcopyd.Actors.Snapshots;

/// <summary>Where a new COW store may be made.</summary>
public enum StoreTrust
{
    /// <summary>On a device whose first MiB, and whose chunks of the head and of the first area, are all zeros. Else
    /// the snapshot is refused, and nothing is written.</summary>
    Strict,

    /// <summary>As in the kernel: wherever the first four bytes are zeros.</summary>
    Kernel,
}
