namespace Kcopyd.Core;

/// <summary>A number of bytes. May be negative only as the result of a subtraction.</summary>
/// <param name="Value">The bytes.</param>
public readonly record struct ByteCount(long Value) : IComparable<ByteCount>
{
    /// <summary>No bytes.</summary>
    public static readonly ByteCount Zero;

    /// <summary>Adds, or throws <see cref="OverflowException"/>.</summary>
    public static ByteCount operator +(ByteCount left, ByteCount right) => new(checked(left.Value + right.Value));

    /// <summary>Subtracts, or throws <see cref="OverflowException"/>.</summary>
    public static ByteCount operator -(ByteCount left, ByteCount right) => new(checked(left.Value - right.Value));

    /// <summary>Whether <paramref name="left"/> is fewer.</summary>
    public static bool operator <(ByteCount left, ByteCount right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> is more.</summary>
    public static bool operator >(ByteCount left, ByteCount right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> is not more.</summary>
    public static bool operator <=(ByteCount left, ByteCount right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> is not fewer.</summary>
    public static bool operator >=(ByteCount left, ByteCount right) => left.Value >= right.Value;

    /// <summary>Adds, or throws <see cref="OverflowException"/>.</summary>
    public static ByteCount Add(ByteCount left, ByteCount right) => left + right;

    /// <summary>Subtracts, or throws <see cref="OverflowException"/>.</summary>
    public static ByteCount Subtract(ByteCount left, ByteCount right) => left - right;

    /// <inheritdoc/>
    public int CompareTo(ByteCount other) => Value.CompareTo(other.Value);

    /// <summary>As people read it: <c>512 KiB</c>, <c>1.5 GiB</c>, <c>17 B</c>.</summary>
    public override string ToString() => SizeText.Format(Value);
}
