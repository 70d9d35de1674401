using System.Numerics;

namespace Kcopyd.Core.Copying;

/// <summary>A set of targets of one job, a bit each by index.</summary>
/// <param name="Bits">Bit i is target i.</param>
public readonly record struct TargetMask(ulong Bits)
{
    /// <summary>No target.</summary>
    public static readonly TargetMask None;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => Bits == 0;

    /// <summary>How many there are.</summary>
    public int Count => BitOperations.PopCount(Bits);

    /// <summary>The first <paramref name="count"/> targets.</summary>
    public static TargetMask All(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, CopyOptions.MaxTargets);
        return new TargetMask(count == CopyOptions.MaxTargets ? ulong.MaxValue : (1UL << count) - 1);
    }

    /// <summary>One target.</summary>
    public static TargetMask Of(int target)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(target);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(target, CopyOptions.MaxTargets);
        return new TargetMask(1UL << target);
    }

    /// <summary>Whether a target is in the set.</summary>
    public bool Contains(int target) => (Bits & Of(target).Bits) != 0;

    /// <summary>The set and one more target.</summary>
    public TargetMask With(int target) => new(Bits | Of(target).Bits);

    /// <summary>The set without one target.</summary>
    public TargetMask Without(int target) => new(Bits & ~Of(target).Bits);

    /// <summary>The targets in both sets.</summary>
    public TargetMask And(TargetMask other) => new(Bits & other.Bits);

    /// <summary>The targets in either set.</summary>
    public TargetMask Or(TargetMask other) => new(Bits | other.Bits);

    /// <summary>The targets of this set that are not in <paramref name="other"/>.</summary>
    public TargetMask Except(TargetMask other) => new(Bits & ~other.Bits);

    /// <summary>The targets, ascending.</summary>
    public IEnumerable<int> Indexes()
    {
        for (var rest = Bits; rest != 0; rest &= rest - 1)
        {
            yield return BitOperations.TrailingZeroCount(rest);
        }
    }

    /// <summary>As a binary number: bit 0 is target 0.</summary>
    public override string ToString() => $"0b{Bits:b}";
}
