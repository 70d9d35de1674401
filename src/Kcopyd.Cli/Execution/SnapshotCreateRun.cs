using Kcopyd.Actors.Snapshots;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>Makes the store of a snapshot.</summary>
/// <remarks>Every check that needs no change comes before every change: describe, open what exists, create, look at the
/// COW device, write.</remarks>
internal sealed class SnapshotCreateRun(SnapshotOrder order, IBlockDeviceOpener opener)
{
    /// <summary>Does it and prints the table line.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="RefusedException">It cannot be done; nothing was touched.</exception>
    internal async Task<int> RunAsync()
    {
        if (order.Table.Target == SnapshotTarget.Merge)
        {
            throw new RefusedException("a snapshot-merge table is of a store that is there: its snapshot is created");
        }

        using var interruption = new Interruption();
        return await interruption.GuardAsync(() => RunAsync(interruption.Token)).ConfigureAwait(false);
    }

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var (described, describedCow) = await SnapshotPlanning
            .DescribeAsync(opener, order, cancellationToken).ConfigureAwait(false);
        DeviceRefusals.RefuseMissing(described);
        SnapshotPlanning.RefuseUncreatable(order, describedCow);
        SnapshotPlanning.RefuseOverlap(order, described, describedCow);
        DeviceRefusals.RefuseNowhere(describedCow);
        await DeviceRefusals.RefuseMountedAsync(opener, [describedCow], cancellationToken).ConfigureAwait(false);
        await SnapshotPlanning.RefuseInsideAsync(opener, described, describedCow, cancellationToken)
            .ConfigureAwait(false);
        await DeviceRefusals.WarnOfMountedAsync(
            opener,
            [described],
            "what is written there is not kept until the kernel, or a program that embeds kcopyd, has the snapshot",
            cancellationToken).ConfigureAwait(false);
        var origin = await opener
            .OpenAsync(order.Table.Origin, new BlockDeviceOpenOptions(), cancellationToken).ConfigureAwait(false);
        await using (origin.ConfigureAwait(false))
        {
            long? length = describedCow.Exists ? null : order.SizeBytes;
            var cow = await opener.OpenAsync(order.Cow, OptionsFor(length), cancellationToken).ConfigureAwait(false);
            await using (cow.ConfigureAwait(false))
            {
                SnapshotReport.PrintCreated(
                    order, await MakeAsync(origin, cow, length is not null, cancellationToken).ConfigureAwait(false));
                return ExitCodes.Done;
            }
        }
    }

    private static BlockDeviceOpenOptions OptionsFor(long? length) => new()
    {
        Access = BlockDeviceAccess.ReadWrite,
        CreateLengthBytes = length,
        MustCreate = length is not null,
    };

    /// <summary>Makes the store. What was created for it goes again, while it is still locked, if that
    /// fails.</summary>
    private async Task<CowStoreContent> MakeAsync(
        IBlockDevice origin, IBlockDevice cow, bool isCreated, CancellationToken cancellationToken)
    {
        try
        {
            CowStoreDevice.CheckDevices(order.Table, origin, cow);
            await RefuseUsedAsync(origin, cow, cancellationToken).ConfigureAwait(false);
            return await CowStoreDevice.FormatAsync(cow, order.Table, origin).ConfigureAwait(false);
        }
        catch when (isCreated && cow is RegularFileBlockDevice)
        {
            await ((RegularFileBlockDevice)cow).RemoveAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private async Task RefuseUsedAsync(IBlockDevice origin, IBlockDevice cow, CancellationToken cancellationToken)
    {
        var found = await CowStoreDevice.FindDataAsync(cow, order.Table, origin, cancellationToken)
            .ConfigureAwait(false);
        if (found is not { } used || order.Force)
        {
            return;
        }

        var what = await StoreAsync(cow, cancellationToken).ConfigureAwait(false)
            ?? $"something: byte {used} is not zero";
        throw new RefusedException($"the COW device {order.Cow} holds {what}; --force writes over it");
    }

    /// <summary>What is said of the store that is there already; null where there is none that can be read.</summary>
    private async Task<string?> StoreAsync(IBlockDevice cow, CancellationToken cancellationToken)
    {
        try
        {
            var content = await CowStoreDevice.ReadAsync(cow, order.Table, null, cancellationToken)
                .ConfigureAwait(false);
            return content.IsValid
                ? $"a store with {SnapshotResultText.Exceptions(content.ExceptionCount)}"
                : "an invalid store";
        }
        catch (SnapshotStoreException)
        {
            // It is damaged, or no store: then it is something else.
            return null;
        }
    }
}
