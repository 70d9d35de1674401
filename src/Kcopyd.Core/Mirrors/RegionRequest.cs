using System.Collections.Immutable;

namespace Kcopyd.Core.Mirrors;

/// <summary>A write, discard or flush of a mirror, as the machine sees it; who issues it derives from it.</summary>
/// <remarks>Belongs to the machine from its submission until it is settled.</remarks>
public abstract class RegionRequest
{
    /// <summary>A request.</summary>
    /// <param name="kind">What it does.</param>
    /// <param name="regions">The regions that it touches; of no meaning for a flush.</param>
    /// <param name="range">The sectors that it touches, within those regions; none for a flush.</param>
    protected RegionRequest(RegionRequestKind kind, RegionRun regions, SectorRange range) =>
        (Kind, Regions, Range) = (kind, regions, range);

    /// <summary>What it does.</summary>
    public RegionRequestKind Kind { get; }

    /// <summary>The regions that it touches.</summary>
    public RegionRun Regions { get; }

    /// <summary>The sectors that it touches.</summary>
    public SectorRange Range { get; }

    /// <summary>Where it goes, once it was granted: each region to the legs whose content is good.</summary>
    public ImmutableArray<RegionPiece> Pieces { get; internal set; } = [];

    /// <summary>The commit of the log that has the marks of all its regions.</summary>
    internal long MarkedBy { get; set; }

    /// <summary>Which replacements of legs it knows of.</summary>
    internal int LegVersion { get; set; }

    /// <summary>Of a flush: what was recovered by then is durable when it ends.</summary>
    internal long Generation { get; set; }

    /// <summary>Of a flush: the losses that were told when it was issued.</summary>
    internal long Losses { get; set; }

    /// <summary>Where it stands.</summary>
    internal RegionRequestPhase Phase { get; set; }

    /// <summary>Requests for some of the same sectors, which are admitted when this one is over.</summary>
    internal List<RegionRequest>? Followers { get; set; }

    /// <summary>The request that this one waits for.</summary>
    internal RegionRequest? Leader { get; set; }
}
