using Kcopyd.Actors.Snapshots;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>Says what the store of a snapshot holds. Opens the COW device alone, and for reading.</summary>
internal sealed class SnapshotStatusRun(SnapshotOrder order, IBlockDeviceOpener opener)
{
    /// <summary>Does it.</summary>
    /// <returns>The exit code: 1 where the snapshot is lost, or its origin is not there.</returns>
    /// <exception cref="RefusedException">Nothing can be said.</exception>
    internal async Task<int> RunAsync()
    {
        using var interruption = new Interruption();
        return await interruption.GuardAsync(() => RunAsync(interruption.Token)).ConfigureAwait(false);
    }

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var (origin, described) = await SnapshotPlanning
            .DescribeAsync(opener, order, cancellationToken).ConfigureAwait(false);
        DeviceRefusals.RefuseMissing(described);
        SnapshotPlanning.RefuseOverlap(order, origin, described);
        await SnapshotPlanning.WarnOfMountedAsync(opener, origin, described, cancellationToken).ConfigureAwait(false);
        var cow = await opener
            .OpenAsync(order.Cow, new BlockDeviceOpenOptions(), cancellationToken).ConfigureAwait(false);
        await using (cow.ConfigureAwait(false))
        {
            var content = await CowStoreDevice.ReadAsync(cow, order.Table, null, cancellationToken)
                .ConfigureAwait(false);
            SnapshotReport.RemarkChunks(order, content.Table);
            string[] failures = [.. new[] { Judge(content), Judge(origin) }.OfType<string>()];
            SnapshotReport.Print(order, content, failures);
            return failures.Length == 0 ? ExitCodes.Done : ExitCodes.EndedWithErrors;
        }
    }

    private string? Judge(CowStoreContent content) => content.IsValid
        ? null
        : $"the store on {order.Cow} is invalid: its snapshot is lost, and only a new one can be made there";

    private string? Judge(BlockDeviceDescription origin) => !origin.Exists
        ? $"{origin.Uri}: no such file or device"
        : Sectors.FromBytes(origin.LengthBytes) < order.Table.Length
            ? $"{origin.Uri} has {Sectors.FromBytes(origin.LengthBytes)} sectors, but the table needs "
                + $"{order.Table.Length}"
            : null;
}
