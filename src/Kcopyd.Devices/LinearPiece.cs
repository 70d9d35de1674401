namespace Kcopyd.Devices;

/// <summary>What one part does of a request to a linear device. What pads an odd end is no part's.</summary>
/// <param name="Device">The part's device.</param>
/// <param name="Offset">The piece's first byte in that device.</param>
/// <param name="Length">How many bytes.</param>
/// <param name="At">The piece's first byte in the request's buffer.</param>
internal readonly record struct LinearPiece(IBlockDevice Device, long Offset, long Length, int At)
{
    /// <summary>A failed position of the part's device as one of the linear device, where the piece begins at
    /// <paramref name="start"/>.</summary>
    internal long Translate(long? failed, long start) => start + Math.Clamp((failed ?? Offset) - Offset, 0, Length);
}
