using System.Buffers.Binary;
using System.Numerics;

namespace Kcopyd.Core.Mirrors;

/// <summary>One bit per region, in 64-bit words, the lowest bit first.</summary>
/// <remarks>
/// The count of set bits is kept, so asking is free. Bits past <see cref="Count"/> are always 0.
/// Not safe for concurrent use.
/// </remarks>
public sealed class RegionBits
{
    private const int BitsPerWord = 64;

    private readonly ulong[] _words;

    /// <summary>As many bits as given, all 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than
    /// <see cref="MirrorGeometry.MaxRegionCount"/>.</exception>
    public RegionBits(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MirrorGeometry.MaxRegionCount);
        Count = count;
        _words = new ulong[(count + BitsPerWord - 1) / BitsPerWord];
    }

    /// <summary>How many bits there are.</summary>
    public long Count { get; }

    /// <summary>How many of them are 1.</summary>
    public long SetCount { get; private set; }

    /// <summary>The bits; the bit of region r is bit r % 64 of word r / 64. Valid as long as this object.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    /// <summary>Whether the bit of a region is 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such region.</exception>
    public bool this[long region]
    {
        get
        {
            CheckRegion(region);
            return (_words[region / BitsPerWord] & BitOf(region)) != 0;
        }
    }

    /// <summary>Makes the bit of a region 1; true if it was 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such region.</exception>
    public bool Set(long region)
    {
        CheckRegion(region);
        ref var word = ref _words[region / BitsPerWord];
        if ((word & BitOf(region)) != 0)
        {
            return false;
        }

        word |= BitOf(region);
        SetCount++;
        return true;
    }

    /// <summary>Makes the bit of a region 0; true if it was 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such region.</exception>
    public bool Clear(long region)
    {
        CheckRegion(region);
        ref var word = ref _words[region / BitsPerWord];
        if ((word & BitOf(region)) == 0)
        {
            return false;
        }

        word &= ~BitOf(region);
        SetCount--;
        return true;
    }

    /// <summary>The same bits as an object of its own.</summary>
    public RegionBits Copy()
    {
        var copy = new RegionBits(Count);
        copy.Assign(this);
        return copy;
    }

    /// <summary>Takes all bits from another of the same length.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has another length.</exception>
    public void Assign(RegionBits other)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(other.Count, Count, nameof(other));
        other._words.CopyTo(_words, 0);
        SetCount = other.SetCount;
    }

    /// <summary>Takes the bits that another has, too; those past its end are 0.</summary>
    public void TakeFrom(RegionBits other)
    {
        ClearAll();
        var words = Math.Min(_words.Length, other._words.Length);
        other._words.AsSpan(0, words).CopyTo(_words);
        Settle();
    }

    /// <summary>Makes every bit 1.</summary>
    public void SetAll() => Fill(0, true);

    /// <summary>Makes every bit 0.</summary>
    public void ClearAll() => Fill(0, false);

    /// <summary>Whether all bits of a run are set. Looks at no others.</summary>
    public bool AllSet(RegionRun regions)
    {
        for (var at = regions.First; at <= regions.Last;)
        {
            var end = Math.Min(regions.Last, at | (BitsPerWord - 1));
            var wanted = (ulong.MaxValue >> (int)(BitsPerWord - 1 - (end - at))) << (int)(at % BitsPerWord);
            if ((_words[at / BitsPerWord] & wanted) != wanted)
            {
                return false;
            }

            at = end + 1;
        }

        return true;
    }

    /// <summary>The first region at or after <paramref name="from"/> whose bit is 0; -1 if there is none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than <see cref="Count"/>.</exception>
    public long NextClear(long from) => Next(from, ulong.MaxValue);

    /// <summary>The first region at or after <paramref name="from"/> whose bit is 1; -1 if there is none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than <see cref="Count"/>.</exception>
    public long NextSet(long from) => Next(from, 0);

    /// <summary>Takes all bits from their little-endian form, but none past <see cref="Count"/>.</summary>
    /// <param name="bytes">At least as many as <see cref="Words"/> have.</param>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * sizeof(ulong))..]);
        }

        Settle();
    }

    /// <summary>Writes all words in their little-endian form.</summary>
    /// <param name="bytes">At least as many as <see cref="Words"/> have.</param>
    public void Write(Span<byte> bytes)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(i * sizeof(ulong))..], _words[i]);
        }
    }

    /// <summary>Gives one value to every bit from a region, which may be <see cref="Count"/>, to the end.</summary>
    internal void Fill(long from, bool value)
    {
        var word = (int)(from / BitsPerWord);
        if (from % BitsPerWord != 0)
        {
            var mask = ulong.MaxValue << (int)(from % BitsPerWord);
            _words[word] = value ? _words[word] | mask : _words[word] & ~mask;
            word++;
        }

        _words.AsSpan(word).Fill(value ? ulong.MaxValue : 0);
        Settle();
    }

    private static ulong BitOf(long region) => 1UL << (int)(region % BitsPerWord);

    private void CheckRegion(long region)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(region);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(region, Count);
    }

    /// <summary>Clears what stands past the end, and counts anew.</summary>
    private void Settle()
    {
        if (Count % BitsPerWord != 0)
        {
            _words[^1] &= (1UL << (int)(Count % BitsPerWord)) - 1;
        }

        SetCount = 0;
        foreach (var word in _words)
        {
            SetCount += BitOperations.PopCount(word);
        }
    }

    /// <summary>The next bit that is 1 once every word is turned over where <paramref name="flip"/> is 1.</summary>
    private long Next(long from, ulong flip)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, Count);
        if (from == Count)
        {
            return -1;
        }

        var index = (int)(from / BitsPerWord);
        var word = (_words[index] ^ flip) & (ulong.MaxValue << (int)(from % BitsPerWord));
        if (word == 0)
        {
            // Whole words that cannot hold the answer are passed over many at a time.
            var skipped = Words[(index + 1)..].IndexOfAnyExcept(flip);
            if (skipped < 0)
            {
                return -1;
            }

            index += 1 + skipped;
            word = _words[index] ^ flip;
        }

        // Past the end every bit is 0, so a search for 0 can stop there.
        var found = ((long)index * BitsPerWord) + BitOperations.TrailingZeroCount(word);
        return found < Count ? found : -1;
    }
}
