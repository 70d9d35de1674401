using System.Collections.Immutable;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>What a verifier is to do.</summary>
/// <param name="Segment">The segment; its targets are the ones to compare.</param>
/// <param name="Source">The job's source region; null: the targets must be zero.</param>
/// <param name="Targets">The job's target regions.</param>
/// <param name="Lease">Pages for two buffers, each as long as the segment, rounded up to pages.</param>
internal sealed record SegmentComparison(
    Segment Segment, IoRegion? Source, ImmutableArray<IoRegion> Targets, PageLease Lease)
{
    /// <summary>Cancelled when disposal gives up waiting for I/O.</summary>
    public CancellationToken Abort { get; init; }

    /// <summary>The bytes of the segment that the source has.</summary>
    public int ValidBytes => Source is null
        ? (int)Segment.Range.CountBytes
        : SegmentGeometry.ValidBytes(Source.Device, Segment.Range.Shift(Source.Range.Start));
}
