using System.Collections.Immutable;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>One of each thing that a journal keeps, with nothing at its default.</summary>
internal static class Golden
{
    private static readonly DateTimeOffset At = new(2026, 3, 4, 5, 6, 7, 890, TimeSpan.Zero);

    private static readonly BlockDeviceIdentity File = new(
        "/images/disk.raw",
        1_073_741_824,
        ImmutableSortedDictionary<string, string>.Empty
            .Add("birth", "1700000000.123456789").Add("filesystem", "8:1").Add("inode", "4711"))
    {
        Modified = "1700000001.000000002",
    };

    private static readonly BlockDeviceIdentity Disk = new(
        "/dev/sdb",
        2_147_483_648,
        ImmutableSortedDictionary<string, string>.Empty.Add("serial", "S/N ü1").Add("wwn", "0x5000c500a1b2c3d4"));

    public static readonly JobEvent.Created Created = new(
        new JobDescription(
            CopyJobKind.Verify, 2_097_152, new JobRegion(File.Uri, 8), [new JobRegion(Disk.Uri, 16), new("null:1G")]),
        At);

    public static readonly JobEvent.RunStarted RunStarted = new(3, At)
    {
        Run = "5f2c",
        Runner = "host.example, process 4242",
        Lease = TimeSpan.FromSeconds(180),
        LockId = "host.example 5f2c /var/lib/kcopyd/locks",
        Options = new CopyOptions
        {
            SegmentSize = 1.MiB,
            InFlight = 16,
            IgnoreError = true,
            WriteSequential = true,
            OnTargetError = OnTargetError.Drop,
            OnReadError = OnReadError.Salvage,
            SalvageLimit = 99,
            Sparse = true,
            Flush = true,
            Verify = true,
            Digest = true,
        },
        Direct = true,
        Source = File,
        Targets = [Disk, Disk with { Uri = "null:1G" }],
        Afresh = new TargetMask(0b10),
    };

    public static readonly JobEvent.Checkpoint Checkpoint = new(3, 12, At)
    {
        Flushed =
        [
            new FlushedRanges(
                new TargetMask(0b11), [SectorRange.Create(0, 2_048), SectorRange.Create(1_000_000, 8)]),
            new FlushedRanges(TargetMask.Of(0), [SectorRange.Create(4_096, 1)]),
        ],
        WriteErrors = new TargetMask(0b11),
        Dropped = TargetMask.Of(1),
        ReadError = true,
        FailureCount = 5_000_000_000,
        Failures = [new CopyFailure(CopyFailureKind.Superseded, 1, SectorRange.Create(5, 6), 28, true, "No room.")],
        Zeroed = [new CopyFailure(CopyFailureKind.Read, null, SectorRange.Create(64, 8), 5, false, "Unreadable.")],
        BytesPerSecond = 123_456_789.5,
    };

    public static readonly JobEvent.RunEnded RunEnded =
        new(3, JobStanding.CompletedWithErrors, "8 sectors were unreadable.", At);

    public static readonly JobEvent.Withdrawn Withdrawn = new(
        [
            new FlushedRanges(TargetMask.Of(1), [SectorRange.Create(0, 2_097_152)]),
            new FlushedRanges(
                new TargetMask(0b11), [SectorRange.Create(8, 16), SectorRange.Create(2_000_000, 1)]),
        ],
        At);

    public static readonly JobSnapshot Snapshot = new(Created.Description, At)
    {
        LastRun = RunStarted,
        Standing = JobStanding.Blocked,
        Reason = "The source is not the same.",
        State = Checkpoint,
    };
}
