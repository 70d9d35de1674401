using System.Numerics;

namespace Kcopyd.Core.Mirrors;

/// <summary>Which legs hold the right content of which region: a bit per leg and region.</summary>
/// <remarks>
/// <para>A region is in sync when all legs hold it. Some leg always does.</para>
/// <para>The kernel knows only in sync or not, and takes the default leg for right. Decided: to know it per leg.
/// Because: after a failure the others still hold it together, and a leg that missed a write must never be read or
/// copied from, whichever leg is the default. Instead of: one bit.</para>
/// <para>One thread changes it; any thread may ask what it holds: a bit that changes at that moment is that of a region
/// that is written to at that moment.</para>
/// </remarks>
public sealed class RegionContents
{
    private const long BitsPerWord = 64;

    private readonly RegionBits[] _good;

    /// <summary>All legs hold all regions.</summary>
    public RegionContents(long regions, int legs)
    {
        InSync = new RegionBits(regions);
        InSync.SetAll();
        _good = new RegionBits[legs];
        for (var leg = 0; leg < legs; leg++)
        {
            _good[leg] = new RegionBits(regions);
            _good[leg].SetAll();
        }
    }

    /// <summary>The regions that all legs hold.</summary>
    public RegionBits InSync { get; }

    /// <summary>How many regions there are.</summary>
    public long RegionCount => InSync.Count;

    /// <summary>Whether all legs hold all regions.</summary>
    public bool IsInSync => InSync.SetCount == InSync.Count;

    /// <summary>The legs that hold a region.</summary>
    public LegMask GoodLegs(long region)
    {
        if (InSync[region])
        {
            return LegMask.All(_good.Length);
        }

        var bits = 0U;
        for (var leg = 0; leg < _good.Length; leg++)
        {
            bits |= _good[leg][region] ? 1U << leg : 0;
        }

        return new LegMask(bits);
    }

    /// <summary>The first region, from one on, that one of these legs lacks; -1 where there is none.</summary>
    public long NextLacking(long from, LegMask legs)
    {
        var found = -1L;
        foreach (var leg in legs.Legs())
        {
            // Without this the default, which lacks nothing, would be searched to its end each time.
            var next = HoldsAll(leg) ? -1 : _good[leg].NextClear(from);
            found = next >= 0 && (found < 0 || next < found) ? next : found;
        }

        return found;
    }

    /// <summary>Only one leg holds a region: nothing better is known.</summary>
    public void LeaveTo(long region, int leg)
    {
        for (var other = 0; other < _good.Length; other++)
        {
            Put(other, region, other == leg);
        }

        InSync.Clear(region);
    }

    /// <summary>Legs no longer hold a region, which another still does.</summary>
    public void Lose(long region, LegMask legs)
    {
        var good = GoodLegs(region);
        var lost = good.And(legs);
        Invariant.Holds(lost != good);
        if (lost.IsEmpty)
        {
            return;
        }

        InSync.Clear(region);
        foreach (var leg in lost.Legs())
        {
            _good[leg].Clear(region);
        }
    }

    /// <summary>Legs hold a region now.</summary>
    public void Gain(long region, LegMask legs)
    {
        foreach (var leg in legs.Legs())
        {
            _good[leg].Set(region);
        }

        if (Array.TrueForAll(_good, bits => bits[region]))
        {
            InSync.Set(region);
        }
    }

    /// <summary>The first region, from one on, but those excepted, that one of these legs holds; -1 where there is
    /// none.</summary>
    public long NextHeld(long from, LegMask legs, RegionBits except)
    {
        ArgumentNullException.ThrowIfNull(except);
        var rest = ulong.MaxValue << (int)(from % BitsPerWord);
        for (var word = (int)(from / BitsPerWord); word < except.Words.Length; word++)
        {
            var found = HeldIn(word, legs) & ~except.Words[word] & rest;
            if (found != 0)
            {
                return (word * BitsPerWord) + BitOperations.TrailingZeroCount(found);
            }

            rest = ulong.MaxValue;
        }

        return -1;
    }

    /// <summary>Whether a leg holds every region. Costs nothing.</summary>
    public bool HoldsAll(int leg) => _good[leg].SetCount == RegionCount;

    /// <summary>A leg holds nothing any more; another holds everything.</summary>
    public void LoseAll(int leg)
    {
        _good[leg].ClearAll();
        InSync.ClearAll();
    }

    private ulong HeldIn(int word, LegMask legs)
    {
        var held = 0UL;
        for (var leg = 0; leg < _good.Length; leg++)
        {
            held |= legs.Contains(leg) ? _good[leg].Words[word] : 0;
        }

        return held;
    }

    private void Put(int leg, long region, bool isGood)
    {
        if (isGood)
        {
            _good[leg].Set(region);
        }
        else
        {
            _good[leg].Clear(region);
        }
    }
}
