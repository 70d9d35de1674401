namespace Kcopyd.Core;

/// <summary>A run of sectors: the first and how many. Never negative, never past 2^54 sectors (2^63 bytes).</summary>
public readonly record struct SectorRange : IComparable<SectorRange>
{
    /// <summary>The largest sector number plus one: beyond it a byte position no longer fits 64 bits.</summary>
    public const long Limit = long.MaxValue / Sectors.Size;

    private SectorRange(long start, long count)
    {
        Start = start;
        Count = count;
    }

    /// <summary>The first sector.</summary>
    public long Start { get; }

    /// <summary>How many sectors; zero is an empty range, which has a position all the same.</summary>
    public long Count { get; }

    /// <summary>The sector after the last.</summary>
    public long End => Start + Count;

    /// <summary>Whether the range holds no sector.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>The position of the first byte.</summary>
    public long StartBytes => Start * Sectors.Size;

    /// <summary>The number of bytes.</summary>
    public long CountBytes => Count * Sectors.Size;

    /// <summary>A checked range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or the end is past
    /// <see cref="Limit"/>.</exception>
    public static SectorRange Create(long start, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Limit - start);
        return new SectorRange(start, count);
    }

    /// <summary>The range from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
    public static SectorRange Between(long start, long end) => Create(start, end - start);

    /// <summary>Whether any sector is in both ranges.</summary>
    public bool Overlaps(SectorRange other) =>
        !IsEmpty && !other.IsEmpty && Start < other.End && other.Start < End;

    /// <summary>Whether every sector of <paramref name="other"/> is in this range.</summary>
    public bool Contains(SectorRange other) => Start <= other.Start && other.End <= End;

    /// <summary>The sectors in both ranges; empty where there are none.</summary>
    public SectorRange Intersect(SectorRange other)
    {
        var start = Math.Max(Start, other.Start);
        var end = Math.Min(End, other.End);
        return start < end ? new SectorRange(start, end - start) : new SectorRange(start, 0);
    }

    /// <summary>The same count, <paramref name="sectors"/> further on.</summary>
    public SectorRange Shift(long sectors) => Create(checked(Start + sectors), Count);

    /// <inheritdoc/>
    public int CompareTo(SectorRange other) =>
        Start != other.Start ? Start.CompareTo(other.Start) : Count.CompareTo(other.Count);

    /// <summary>Orders by first sector, then by count.</summary>
    public static bool operator <(SectorRange left, SectorRange right) => left.CompareTo(right) < 0;

    /// <summary>Orders by first sector, then by count.</summary>
    public static bool operator >(SectorRange left, SectorRange right) => left.CompareTo(right) > 0;

    /// <summary>Orders by first sector, then by count.</summary>
    public static bool operator <=(SectorRange left, SectorRange right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by first sector, then by count.</summary>
    public static bool operator >=(SectorRange left, SectorRange right) => left.CompareTo(right) >= 0;

    /// <summary>As <c>start+count</c>, in sectors.</summary>
    public override string ToString() => $"{Start}+{Count}";
}
