using System.Diagnostics;
using Akka.Actor;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>Merges a snapshot back into its origin.</summary>
internal sealed class SnapshotMergeRun(SnapshotOrder order, IBlockDeviceOpener opener, Task<ActorSystem> engine)
{
    private const string Name = "the snapshot";

    private readonly SnapshotTable _table = SnapshotTable.OfMerge(
        order.Table.Start, order.Table.Length, order.Table.Origin, order.Table.Store!);

    /// <summary>Does it and prints what came of it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="RefusedException">It cannot be done; nothing was touched.</exception>
    /// <exception cref="DeviceException">A device refused; nothing was touched.</exception>
    /// <exception cref="SnapshotStoreException">The store refused; nothing was touched.</exception>
    internal async Task<int> RunAsync()
    {
        using var interruption = new Interruption();
        return await interruption.GuardAsync(() => RunAsync(interruption)).ConfigureAwait(false);
    }

    private async Task<int> RunAsync(Interruption interruption)
    {
        var (described, describedCow) = await SnapshotPlanning
            .DescribeAsync(opener, order, interruption.Token).ConfigureAwait(false);
        DeviceRefusals.RefuseMissing(described, describedCow);
        DeviceRefusals.RefuseNowhere(described, describedCow);
        SnapshotPlanning.RefuseOverlap(order, described, describedCow);
        await DeviceRefusals
            .RefuseMountedAsync(opener, [described, describedCow], interruption.Token).ConfigureAwait(false);
        var options = new BlockDeviceOpenOptions { Access = BlockDeviceAccess.ReadWrite };
        var origin = await opener
            .OpenAsync(order.Table.Origin, options, interruption.Token).ConfigureAwait(false);
        await using (origin.ConfigureAwait(false))
        {
            var cow = await opener.OpenAsync(order.Cow, options, interruption.Token).ConfigureAwait(false);
            await using (cow.ConfigureAwait(false))
            {
                var content = await LookAsync(origin, cow, interruption.Token).ConfigureAwait(false);
                SnapshotReport.RemarkChunks(order, content.Table);
                return await MergeAsync(origin, cow, content, interruption).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What is to be merged. Refuses what is no valid store before anything is written.</summary>
    private async Task<CowStoreContent> LookAsync(
        IBlockDevice origin, IBlockDevice cow, CancellationToken cancellationToken)
    {
        CowStoreDevice.CheckDevices(_table, origin, cow);
        var content = await CowStoreDevice.ReadAsync(cow, _table, origin, cancellationToken).ConfigureAwait(false);
        return content.IsValid
            ? content
            : throw new RefusedException(
                $"the store on {order.Cow} is invalid: its snapshot is lost, and there is nothing to merge");
    }

    private async Task<int> MergeAsync(
        IBlockDevice device, IBlockDevice cow, CowStoreContent content, Interruption interruption)
    {
        var began = Stopwatch.GetTimestamp();
        var view = WorkProgressViews.Create(order.Progress);
        interruption.BeforeLeaving = view.Leave;
        var origin = OriginDevice.Create(
            await engine.ConfigureAwait(false),
            device,
            options: new OriginOptions
            {
                Name = "the origin",
                CopyRate = order.BytesPerSecond,

                // Nobody else uses the origin: any block size does.
                LogicalBlockSize = Math.Max(Core.Sectors.Size, cow.Geometry.LogicalBlockSize),
            });
        await using (origin.ConfigureAwait(false))
        {
            var snapshot = await origin
                .AddSnapshotAsync(_table, cow, options: new SnapshotOptions { Name = Name }).ConfigureAwait(false);
            var watch = new SnapshotMergeWatch(snapshot, content, view, TimeProvider.System);
            await watch.UntilOverAsync(interruption.Token).ConfigureAwait(false);

            // The run that is under way ends, at full speed, and the store then says what is left.
            origin.SetThrottle(Core.ByteCount.Zero, percent: null);
            await snapshot.SuspendAsync().ConfigureAwait(false);
            var result = new SnapshotMergeResult(
                content, await snapshot.GetCountsAsync().ConfigureAwait(false))
            {
                Status = await snapshot.GetStatusAsync().ConfigureAwait(false),
                Failure = watch.Failure,
                WasInterrupted = interruption.Token.IsCancellationRequested,
                Elapsed = Stopwatch.GetElapsedTime(began),
            };
            await view.EndAsync(watch.Last(result.Counts)).ConfigureAwait(false);
            SnapshotReport.Print(order, result);
            return result.State switch
            {
                WorkEnd.Completed => ExitCodes.Done,
                WorkEnd.Cancelled => interruption.ExitCode,
                _ => ExitCodes.EndedWithErrors,
            };
        }
    }
}
