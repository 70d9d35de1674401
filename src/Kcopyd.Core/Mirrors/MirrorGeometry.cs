using System.Numerics;

namespace Kcopyd.Core.Mirrors;

/// <summary>How a mirror is cut into regions: all of one size, only the last may be short.</summary>
public sealed record MirrorGeometry
{
    /// <summary>The smallest region, in sectors.</summary>
    public const long MinRegionSize = 2;

    /// <summary>
    /// The most regions of one mirror: their bits fill 512 MiB, and each is held in memory more than once.
    /// </summary>
    public const long MaxRegionCount = 1L << 32;

    private readonly int _shift;

    private MirrorGeometry(long length, long regionSize)
    {
        Length = length;
        RegionSize = regionSize;
        _shift = BitOperations.TrailingZeroCount(regionSize);
        RegionCount = RegionsFor(length, regionSize);
    }

    /// <summary>The length of the mirror, in sectors; at least one region size.</summary>
    public long Length { get; }

    /// <summary>Sectors in a region: a power of two, at least <see cref="MinRegionSize"/>.</summary>
    public long RegionSize { get; }

    /// <summary>How many regions; the last holds what is left.</summary>
    public long RegionCount { get; }

    /// <summary>A checked geometry.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The region size is no power of two, less than
    /// <see cref="MinRegionSize"/> or more than the length, the length is past <see cref="SectorRange.Limit"/>, or
    /// there would be more than <see cref="MaxRegionCount"/> regions.</exception>
    public static MirrorGeometry Create(long lengthSectors, long regionSectors)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lengthSectors, SectorRange.Limit);
        if (!IsRegionSize(regionSectors))
        {
            throw new ArgumentOutOfRangeException(
                nameof(regionSectors), regionSectors, $"A power of two, at least {MinRegionSize} sectors.");
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(regionSectors, lengthSectors);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            RegionsFor(lengthSectors, regionSectors), MaxRegionCount, nameof(regionSectors));
        return new MirrorGeometry(lengthSectors, regionSectors);
    }

    /// <summary>Whether a region of some mirror can have this many sectors.</summary>
    public static bool IsRegionSize(long sectors) => sectors >= MinRegionSize && BitOperations.IsPow2(sectors);

    /// <summary>The region that holds a sector.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The mirror has no such sector.</exception>
    public long RegionOf(long sector)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sector);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sector, Length);
        return sector >> _shift;
    }

    /// <summary>The sectors of a region.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The mirror has no such region.</exception>
    public SectorRange RangeOf(long region)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(region);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(region, RegionCount);
        var start = region << _shift;
        return SectorRange.Create(start, Math.Min(RegionSize, Length - start));
    }

    /// <summary>The first and the last of the regions that a range touches.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or goes past the end.</exception>
    public (long First, long Last) RegionsOf(SectorRange range)
    {
        ArgumentOutOfRangeException.ThrowIfZero(range.Count, nameof(range));
        return (RegionOf(range.Start), RegionOf(range.End - 1));
    }

    /// <summary>How many regions of a size cover a length.</summary>
    internal static long RegionsFor(long length, long regionSize) =>
        (length / regionSize) + (length % regionSize == 0 ? 0 : 1);
}
