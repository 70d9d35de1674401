using Akka.Actor;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>Command: what a writer is to do.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="TargetIndex">Which target.</param>
/// <param name="Target">The target's region.</param>
/// <param name="Lease">The pages to write; not looked at where zeros are written.</param>
/// <param name="Content">What is written.</param>
internal sealed record SegmentWrite(
    Segment Segment, int TargetIndex, IoRegion Target, PageLease Lease, SegmentContent Content)
    : INoSerializationVerificationNeeded
{
    /// <summary>The bytes of the segment that the source has.</summary>
    public required int ValidBytes { get; init; }

    /// <summary>Cancelled when disposal gives up waiting for I/O.</summary>
    public CancellationToken Abort { get; init; }

    /// <summary>The sectors on the target.</summary>
    public SectorRange DeviceRange => Segment.Range.Shift(Target.Range.Start);

    /// <summary>The first byte on the target.</summary>
    public long OffsetBytes => DeviceRange.StartBytes;
}
