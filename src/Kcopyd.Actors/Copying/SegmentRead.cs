using Akka.Actor;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>Command: what a reader is to do.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Source">The job's source region.</param>
/// <param name="Lease">The pages to read into.</param>
/// <param name="Policy">What an unreadable range means.</param>
/// <param name="LooksForZeros">Whether to find out if everything read is zero.</param>
internal sealed record SegmentRead(
    Segment Segment, IoRegion Source, PageLease Lease, OnReadError Policy, bool LooksForZeros)
    : INoSerializationVerificationNeeded
{
    /// <summary>Cancelled when disposal gives up waiting for I/O.</summary>
    public CancellationToken Abort { get; init; }

    /// <summary>The sectors on the source.</summary>
    public SectorRange DeviceRange => Segment.Range.Shift(Source.Range.Start);

    /// <summary>The first byte on the source.</summary>
    public long OffsetBytes => DeviceRange.StartBytes;

    /// <summary>The bytes of the segment that the source has: fewer than its sectors hold only at an odd end.</summary>
    public int ValidBytes => SegmentGeometry.ValidBytes(Source.Device, DeviceRange);
}
