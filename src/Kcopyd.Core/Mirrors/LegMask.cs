using System.Numerics;

namespace Kcopyd.Core.Mirrors;

/// <summary>A set of legs of one mirror, a bit each by index.</summary>
/// <param name="Bits">Bit i is leg i.</param>
public readonly record struct LegMask(uint Bits)
{
    /// <summary>No leg.</summary>
    public static readonly LegMask None;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => Bits == 0;

    /// <summary>How many there are.</summary>
    public int Count => BitOperations.PopCount(Bits);

    /// <summary>The leg with the lowest index; -1 where there is none.</summary>
    public int Lowest => Bits == 0 ? -1 : BitOperations.TrailingZeroCount(Bits);

    /// <summary>The first <paramref name="count"/> legs, at most <see cref="MirrorPolicy.MaxLegs"/>.</summary>
    public static LegMask All(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MirrorPolicy.MaxLegs);
        return new LegMask((1U << count) - 1);
    }

    /// <summary>One leg.</summary>
    public static LegMask Of(int leg)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leg);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(leg, MirrorPolicy.MaxLegs);
        return new LegMask(1U << leg);
    }

    /// <summary>Whether the leg is in the set; false for -1.</summary>
    public bool Contains(int leg) => leg >= 0 && (Bits >> leg & 1) != 0;

    /// <summary>The set and this leg.</summary>
    public LegMask With(int leg) => Or(Of(leg));

    /// <summary>The set without this leg.</summary>
    public LegMask Without(int leg) => Except(Of(leg));

    /// <summary>The legs of either set.</summary>
    public LegMask Or(LegMask other) => new(Bits | other.Bits);

    /// <summary>The legs of both sets.</summary>
    public LegMask And(LegMask other) => new(Bits & other.Bits);

    /// <summary>The legs that are not in the other set.</summary>
    public LegMask Except(LegMask other) => new(Bits & ~other.Bits);

    /// <summary>The legs, ascending.</summary>
    public IEnumerable<int> Legs()
    {
        for (var rest = Bits; rest != 0; rest &= rest - 1)
        {
            yield return BitOperations.TrailingZeroCount(rest);
        }
    }

    /// <summary>As <c>{0, 2}</c>.</summary>
    public override string ToString() => $"{{{string.Join(", ", Legs())}}}";
}
