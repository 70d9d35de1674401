namespace Kcopyd.Core;

/// <summary>The unit of geometry: a sector is 512 bytes, always, whatever the device's own block size is.</summary>
public static class Sectors
{
    /// <summary>Bytes in a sector.</summary>
    public const int Size = 512;

    /// <summary>The bytes of <paramref name="sectors"/> sectors.</summary>
    /// <exception cref="OverflowException">The result does not fit 64 bits.</exception>
    public static long ToBytes(long sectors) => checked(sectors * Size);

    /// <summary>The sectors that <paramref name="bytes"/> bytes occupy; a partial last sector counts as one.</summary>
    public static long FromBytes(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return (bytes / Size) + (bytes % Size == 0 ? 0 : 1);
    }
}
