using Kcopyd.Actors.Snapshots;
using Kcopyd.Cli.Reporting;
using Kcopyd.Core.Snapshots;
using Kcopyd.Core.Tables;

namespace Kcopyd.Cli.Serving;

/// <summary>A snapshot that runs, or merges.</summary>
/// <param name="Table">What it is called and is.</param>
/// <param name="Use">Its COW device.</param>
/// <param name="Device">It.</param>
internal sealed record ServedSnapshot(DeviceTable.Snapshot Table, DeviceUse Use, SnapshotDevice Device)
{
    internal ServedDevice ToDevice() => new(Table.Name, Device, ReportAsync);

    private async Task<ServedDeviceReport> ReportAsync(CancellationToken cancellationToken)
    {
        var status = await Device.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        var counts = await Device.GetCountsAsync(cancellationToken).ConfigureAwait(false);
        var table = Device.Table;
        var isMerging = table.Target == SnapshotTarget.Merge && status is { IsMerged: false, IsInvalid: false };
        return new ServedDeviceReport(
            Table.Name, [$"{table}"], [status.FullLine(table.Start, table.Length, table.Target)])
        {
            Problems = ProblemsOf(status),
            Work = isMerging
                ? new ServedWorkReport("merge", counts.Merged, counts.Merged + counts.Exceptions, "chunks")
                : null,
        };
    }

    private static string[] ProblemsOf(SnapshotStatus status) => status switch
    {
        { MergeFailed: true } => ["the merge failed"],
        { IsInvalid: true } => ["the snapshot is lost"],
        { IsOverflowed: true } => [SnapshotNoticeText.Of(new SnapshotNotice.Overflowed())],
        _ => [],
    };
}
