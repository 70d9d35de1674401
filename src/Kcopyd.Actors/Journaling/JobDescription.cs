using System.Collections.Immutable;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>What a journaled job is about: what makes it this job and no other. How it is done may change from run to
/// run.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="SectorCount">How many sectors it is about.</param>
/// <param name="Source">The region read; null for zeros.</param>
/// <param name="Targets">1 to 64 regions, in the order of their bits.</param>
public sealed record JobDescription(
    CopyJobKind Kind, long SectorCount, JobRegion? Source, ImmutableArray<JobRegion> Targets)
{
    /// <summary>Same kind, count and regions.</summary>
    public bool Equals(JobDescription? other) =>
        other is not null
        && Kind == other.Kind
        && SectorCount == other.SectorCount
        && Source == other.Source
        && Targets.SequenceEqual(other.Targets);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, SectorCount, Source, Targets.Length);

    /// <inheritdoc/>
    public override string ToString()
    {
        var targets = string.Join(", ", Targets.Select(target => target.Uri));
        var source = Source is null ? string.Empty : $"{Source.Uri} to ";
        return $"{Kind.ToString().ToLowerInvariant()} of {source}{targets}, {SectorCount} sectors";
    }
}
