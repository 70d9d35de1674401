namespace Kcopyd.Devices;

/// <summary>Where bytes really live.</summary>
/// <param name="Storage">The name of the storage at the bottom (a file by file system and inode, a whole disk, a
/// memory device); equal names are the same storage.</param>
/// <param name="Offset">The first byte in that storage.</param>
/// <param name="Length">How many bytes.</param>
public readonly record struct StorageExtent(string Storage, long Offset, long Length)
{
    /// <summary>Whether any byte is in both extents.</summary>
    public bool Overlaps(StorageExtent other) =>
        Storage == other.Storage && Offset < other.Offset + other.Length && other.Offset < Offset + Length;
}
