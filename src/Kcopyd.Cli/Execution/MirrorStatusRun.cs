using System.Collections.Immutable;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>Says how a mirror is that does not run, as its log has it. Opens the log alone, and for reading.</summary>
internal sealed class MirrorStatusRun(MirrorOrder order, IBlockDeviceOpener opener)
{
    /// <summary>Does it.</summary>
    /// <returns>The exit code: 1 where a leg is missing.</returns>
    /// <exception cref="RefusedException">Nothing can be said.</exception>
    internal async Task<int> RunAsync()
    {
        if (order.Table.Log.Device is not { } device)
        {
            throw new RefusedException(
                "a core log is in memory, so nothing tells what is in sync: kcopyd mirror check compares everything");
        }

        using var interruption = new Interruption();
        return await interruption.GuardAsync(() => RunAsync(device, interruption.Token)).ConfigureAwait(false);
    }

    private async Task<int> RunAsync(string device, CancellationToken cancellationToken)
    {
        var described = await MirrorPlanning.DescribeAsync(opener, order, cancellationToken).ConfigureAwait(false);
        MirrorPlanning.RefuseOverlap(order, described);
        DeviceRefusals.RefuseMissing(described[^1]);
        var log = await opener
            .OpenAsync(device, new BlockDeviceOpenOptions { Access = BlockDeviceAccess.Read }, cancellationToken)
            .ConfigureAwait(false);
        await using (log.ConfigureAwait(false))
        {
            var image = await DirtyLogDevice.ReadAsync(log, order.Table, cancellationToken).ConfigureAwait(false);
            ImmutableArray<MirrorFailure> failures =
                [.. order.Table.Legs.Select((_, leg) => Judge(leg, described[leg])).OfType<MirrorFailure>()];
            MirrorReport.Print(order, MirrorView.Of(order.Table, image.Bits.SetCount, failures));
            return failures.IsEmpty ? ExitCodes.Done : ExitCodes.EndedWithErrors;
        }
    }

    private MirrorFailure? Judge(int leg, BlockDeviceDescription device)
    {
        var spec = order.Table.Legs[leg];
        var reason = !device.Exists
            ? $"{device.Uri}: no such file or device"
            : device.LengthBytes / Sectors.Size < spec.Offset + order.Table.Length
                ? $"{device.Uri} has {device.LengthBytes / Sectors.Size} sectors, but the mirror needs "
                    + $"{order.Table.Length} from sector {spec.Offset} on"
                : null;
        return reason is null ? null : new MirrorFailure(leg, spec.Device, reason);
    }
}
