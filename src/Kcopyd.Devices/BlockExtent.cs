namespace Kcopyd.Devices;

/// <summary>A run of bytes of one status.</summary>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">How many bytes; at least one.</param>
/// <param name="Status">What they are.</param>
public readonly record struct BlockExtent(long Offset, long Length, BlockStatus Status);
