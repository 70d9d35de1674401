namespace Kcopyd.Devices;

/// <summary>What is known of a file or block special file once it is open.</summary>
/// <param name="Identity">What tells it from another.</param>
/// <param name="Geometry">Size, block sizes and abilities.</param>
/// <param name="Storage">Where its bytes live.</param>
/// <param name="StorageOffset">The byte there that is its first.</param>
internal sealed record FileFacts(
    BlockDeviceIdentity Identity, BlockDeviceGeometry Geometry, string Storage, long StorageOffset)
{
    /// <summary>Whether I/O goes past the page cache.</summary>
    internal bool IsDirect { get; init; }

    /// <summary>What buffers are aligned to, in bytes; 1 where there is no such rule.</summary>
    internal int MemoryAlignment { get; init; } = 1;

    /// <summary>Whether it is a block special file, whose size is not ours to change.</summary>
    internal bool IsBlockSpecial { get; init; }
}
