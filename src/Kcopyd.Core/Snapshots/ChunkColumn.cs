namespace Kcopyd.Core.Snapshots;

/// <summary>One number of each record of a leaf: 32 bits each, until one of them needs more.</summary>
/// <remarks>
/// Old chunks of one leaf are close to each other, and few stores have records that group or 2^32 chunks: mostly
/// the upper halves are all 0, and have no array. An array that came stays.
/// </remarks>
internal struct ChunkColumn
{
    private const int LowBits = 32;

    private readonly uint[] _low;

    private uint[]? _high;

    /// <summary>As many numbers as given, all 0.</summary>
    public ChunkColumn(int capacity) => _low = new uint[capacity];

    /// <summary>A number.</summary>
    public ulong this[int index]
    {
        readonly get => _high is null ? _low[index] : ((ulong)_high[index] << LowBits) | _low[index];
        set
        {
            _low[index] = (uint)value;
            var high = (uint)(value >> LowBits);
            if (_high is not null || high != 0)
            {
                _high ??= new uint[_low.Length];
                _high[index] = high;
            }
        }
    }

    /// <summary>The last that is not above a value, of the first <paramref name="count"/>, which ascend; -1 if all
    /// are above it.</summary>
    public readonly int LastAtMost(ulong value, int count)
    {
        if (_high is not null)
        {
            return LastAtMostOfWide(value, count);
        }

        var wanted = (uint)Math.Min(value, uint.MaxValue);
        var (before, left) = (0, count);
        while (left > 0)
        {
            var half = (left + 1) / 2;
            before += _low[before + half - 1] <= wanted ? half : 0;
            left -= half;
        }

        return before - 1;
    }

    /// <summary>Moves <paramref name="count"/> numbers to another place.</summary>
    public readonly void Move(int from, int to, int count)
    {
        Array.Copy(_low, from, _low, to, count);
        if (_high is not null)
        {
            Array.Copy(_high, from, _high, to, count);
        }
    }

    /// <summary>Copies <paramref name="count"/> numbers to a place of a column, adding the same to each.</summary>
    /// <param name="from">The first of them.</param>
    /// <param name="target">The column, which may be this one if they stay where they are.</param>
    /// <param name="to">Where the first goes.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="added">What is added, modulo 2^64.</param>
    public readonly void CopyTo(int from, ref ChunkColumn target, int to, int count, ulong added)
    {
        for (var i = 0; i < count; i++)
        {
            target[to + i] = this[from + i] + added;
        }
    }

    private readonly int LastAtMostOfWide(ulong value, int count)
    {
        var (low, high) = (0, count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = this[middle] <= value ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }
}
