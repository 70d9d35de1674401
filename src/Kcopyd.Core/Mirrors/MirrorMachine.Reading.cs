using System.Collections.Immutable;

namespace Kcopyd.Core.Mirrors;

/// <content>Which legs are read and written.</content>
public sealed partial class MirrorMachine
{
    /// <summary>The legs that a read of these regions may go to. May be called by any thread.</summary>
    /// <returns>All healthy legs where all regions are at rest; else one leg, the one that a recovery would copy from:
    /// the default holds everything.</returns>
    public LegMask ReadableLegs(RegionRun regions)
    {
        var healthy = Legs.Healthy;
        if (AtRest.AllSet(regions) && !healthy.IsEmpty)
        {
            return healthy;
        }

        return LegMask.Of(Prefer(GoodLegs(regions)));
    }

    /// <summary>A leg could not read.</summary>
    /// <param name="leg">It.</param>
    /// <param name="regions">Where: regions that it was to hold.</param>
    /// <param name="range">The sectors, within the regions.</param>
    /// <param name="tried">The legs that were tried, this one included.</param>
    /// <param name="isReplaced">Whether another device has taken its place since: then nobody is to blame.</param>
    /// <returns>The leg to try next; -1: there is none.</returns>
    public int ReadFailed(int leg, RegionRun regions, SectorRange range, LegMask tried, bool isReplaced = false)
    {
        if (!isReplaced)
        {
            Note(leg, LegErrors.Read);
        }

        var next = GoodLegs(regions).Except(tried);
        if (next.IsEmpty)
        {
            return -1;
        }

        if (!isReplaced && CanRepair(leg, regions))
        {
            Begin(new RegionWork(RegionWorkKind.Repair, regions, range) { Targets = LegMask.Of(leg) });
        }

        return Prefer(next);
    }

    /// <summary>Whether what a leg could not read can be written back to it; if it is the default, only once another
    /// leg took its place.</summary>
    private bool CanRepair(int leg, RegionRun regions) =>
        Policy.RepairsReads
        && Phase == MirrorPhase.Running
        && AreInSync(regions)
        && FindWork(regions) is null
        && TryKeepDefaultFrom(LegMask.Of(leg));

    /// <summary>The legs that hold all of these regions.</summary>
    private LegMask GoodLegs(RegionRun regions)
    {
        var good = LegMask.All(_legCount);
        for (var region = regions.First; region <= regions.Last; region++)
        {
            good = good.And(Contents.GoodLegs(region));
        }

        return good;
    }

    /// <summary>The default if it is healthy, else the lowest healthy leg, else the lowest.</summary>
    private int Prefer(LegMask legs)
    {
        var healthy = legs.And(Legs.Healthy);
        var leg = Legs.Default;
        if (healthy.Contains(leg))
        {
            return leg;
        }

        return healthy.IsEmpty ? legs.Lowest : healthy.Lowest;
    }

    private ImmutableArray<RegionPiece> PiecesOf(RegionRun regions)
    {
        var first = Contents.GoodLegs(regions.First);
        if (regions.Count == 1)
        {
            return [new RegionPiece(regions, first)];
        }

        var pieces = ImmutableArray.CreateBuilder<RegionPiece>();
        var start = regions.First;
        for (var region = regions.First + 1; region <= regions.Last; region++)
        {
            var legs = Contents.GoodLegs(region);
            if (legs != first)
            {
                pieces.Add(new RegionPiece(new RegionRun(start, region - 1), first));
                (start, first) = (region, legs);
            }
        }

        pieces.Add(new RegionPiece(new RegionRun(start, regions.Last), first));
        return pieces.ToImmutable();
    }

    private bool AreInSync(RegionRun regions) => Contents.InSync.AllSet(regions);
}
