namespace Kcopyd.Core.Mirrors;

/// <summary>Something that is done to consecutive regions while no write touches them.</summary>
/// <remarks>Belongs to the machine until its end; who carries it out reads it only.</remarks>
public sealed class RegionWork
{
    internal RegionWork(RegionWorkKind kind, RegionRun regions, SectorRange range) =>
        (Kind, Regions, Range) = (kind, regions, range);

    /// <summary>What is done.</summary>
    public RegionWorkKind Kind { get; }

    /// <summary>The regions; writes to them wait.</summary>
    public RegionRun Regions { get; }

    /// <summary>The sectors, within the regions.</summary>
    public SectorRange Range { get; }

    /// <summary>The leg that is read.</summary>
    public int Source { get; internal set; } = -1;

    /// <summary>The legs that are written to, or compared with.</summary>
    public LegMask Targets { get; internal set; }

    /// <summary>How many of the regions have writes in flight.</summary>
    internal int Busy { get; set; }

    /// <summary>The commit of the log after which it may begin.</summary>
    internal long MarkedBy { get; set; }

    /// <summary>Which replacements of legs it knows of.</summary>
    internal int LegVersion { get; set; }

    /// <summary>The losses that were known when it began: later ones may be of what it read.</summary>
    internal long Losses { get; set; }

    /// <summary>When it was begun, among everything that the machine numbers.</summary>
    internal long Generation { get; set; }

    /// <summary>Whether it was begun.</summary>
    internal bool IsStarted { get; set; }

    /// <summary>As <c>Recover 3..6 from 0 to {1}</c>.</summary>
    public override string ToString() => $"{Kind} {Regions.First}..{Regions.Last} from {Source} to {Targets}";
}
