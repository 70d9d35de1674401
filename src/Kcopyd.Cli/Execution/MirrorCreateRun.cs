using Kcopyd.Actors.Mirrors;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>Makes the log of a mirror.</summary>
/// <remarks>Every check that needs no change comes before every change: describe, open what exists, create, look at the
/// log's device, write.</remarks>
internal sealed class MirrorCreateRun(MirrorOrder order, IBlockDeviceOpener opener)
{
    /// <summary>Does it and prints the status line.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="RefusedException">It cannot be done; nothing was touched.</exception>
    internal async Task<int> RunAsync()
    {
        if (!order.HasDiskLog)
        {
            throw new RefusedException(
                "a core log is in memory, so there is nothing to create: kcopyd mirror sync makes the legs equal");
        }

        using var interruption = new Interruption();
        return await interruption.GuardAsync(() => RunAsync(interruption.Token)).ConfigureAwait(false);
    }

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var described = await MirrorPlanning.DescribeAsync(opener, order, cancellationToken).ConfigureAwait(false);
        MirrorPlanning.RefuseUncreatable(order, described);
        MirrorPlanning.RefuseOverlap(order, described);
        await DeviceRefusals.RefuseMountedAsync(opener, described, cancellationToken).ConfigureAwait(false);
        var devices = await MirrorDevices
            .OpenAsync(opener, order, described, BlockDeviceAccess.ReadWrite, cancellationToken)
            .ConfigureAwait(false);
        await using (devices.ConfigureAwait(false))
        {
            MirrorDevice.CheckDevices(order.Table, devices.Parts);
            await RefuseUsedAsync(devices.Log!, cancellationToken).ConfigureAwait(false);
            var log = await DirtyLogDevice.FormatAsync(devices.Log!, order.Table).ConfigureAwait(false);
            devices.Keep();
            MirrorReport.Print(order, MirrorView.Of(order.Table, log.Bits.SetCount));
            return ExitCodes.Done;
        }
    }

    private async Task RefuseUsedAsync(IBlockDevice log, CancellationToken cancellationToken)
    {
        var found = await DirtyLogDevice.FindDataAsync(log, order.Table, cancellationToken).ConfigureAwait(false);
        if (found is not { } used || order.Force)
        {
            return;
        }

        var what = await HoldsLogAsync(log, cancellationToken).ConfigureAwait(false)
            ? "a dirty log"
            : $"something: byte {used} is not zero";
        throw new RefusedException($"the log device {order.Table.Log.Device} holds {what}; --force writes over it");
    }

    private async Task<bool> HoldsLogAsync(IBlockDevice log, CancellationToken cancellationToken)
    {
        try
        {
            var image = await DirtyLogDevice.ReadAsync(log, order.Table, cancellationToken).ConfigureAwait(false);
            return image.Finding is DirtyLogFinding.Good;
        }
        catch (MirrorLogException)
        {
            // It is damaged, or no log: then it is something else.
            return false;
        }
    }
}
