using System.Diagnostics.Metrics;
using Kcopyd.Actors.Copying;

namespace Kcopyd.Actors.Snapshots;

/// <summary>The instruments of origins and snapshots, on the meter <c>Kcopyd.Actors</c> (UCUM units).</summary>
internal static class SnapshotMetrics
{
    private static readonly Meter Meter = new(CopyMetrics.Name);

    public static readonly Counter<long> BytesCopied = Meter.CreateCounter<long>(
        "kcopyd.snapshot.bytes_copied", "By", "Bytes of origins that were read to be kept in stores.");

    public static readonly Counter<long> BytesMerged = Meter.CreateCounter<long>(
        "kcopyd.snapshot.bytes_merged", "By", "Bytes that merges wrote to origins.");

    public static readonly Counter<long> Commits = Meter.CreateCounter<long>(
        "kcopyd.snapshot.commits", "{commit}", "Durable writes of exceptions to stores.");

    public static readonly Counter<long> Invalidated = Meter.CreateCounter<long>(
        "kcopyd.snapshot.invalidated", "{snapshot}", "Snapshots that became invalid.");
}
