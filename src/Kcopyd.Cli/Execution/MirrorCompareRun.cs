using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>Compares the legs of a mirror that does not run. Opens everything for reading.</summary>
internal sealed class MirrorCompareRun(MirrorOrder order, IBlockDeviceOpener opener, Task<ActorSystem> engine)
{
    /// <summary>Does it and prints what came of it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="RefusedException">It cannot be done.</exception>
    /// <exception cref="DeviceException">A device refused.</exception>
    /// <exception cref="MirrorLogException">The log refused.</exception>
    internal async Task<int> RunAsync()
    {
        using var interruption = new Interruption();
        return await interruption.GuardAsync(() => RunAsync(interruption)).ConfigureAwait(false);
    }

    private async Task<int> RunAsync(Interruption interruption)
    {
        var described = await MirrorPlanning
            .DescribeAsync(opener, order, interruption.Token).ConfigureAwait(false);
        DeviceRefusals.RefuseMissing(described);
        MirrorPlanning.RefuseOverlap(order, described);
        var devices = await MirrorDevices
            .OpenAsync(opener, order, described, BlockDeviceAccess.Read, interruption.Token).ConfigureAwait(false);
        await using (devices.ConfigureAwait(false))
        {
            MirrorDevice.CheckDevices(order.Table, devices.Parts, areWritten: false);
            var clean = await ReadLogAsync(devices.Log, interruption.Token).ConfigureAwait(false);
            var client = await KcopydClient.CreateAsync(
                await engine.ConfigureAwait(false),
                new KcopydClientOptions { BytesPerSecond = order.BytesPerSecond }).ConfigureAwait(false);
            await using (client.ConfigureAwait(false))
            {
                return await CompareAsync(client, devices.Parts.Legs, clean, interruption).ConfigureAwait(false);
            }
        }
    }

    private async Task<RegionBits> ReadLogAsync(IBlockDevice? log, CancellationToken cancellationToken)
    {
        if (log is not null)
        {
            return (await DirtyLogDevice.ReadAsync(log, order.Table, cancellationToken).ConfigureAwait(false)).Bits;
        }

        var all = new RegionBits(order.Table.Geometry.RegionCount);
        all.SetAll();
        return all;
    }

    private async Task<int> CompareAsync(
        KcopydClient client, ImmutableArray<IBlockDevice> legs, RegionBits clean, Interruption interruption)
    {
        var began = Stopwatch.GetTimestamp();
        var view = WorkProgressViews.Create(order.Progress);
        interruption.BeforeLeaving = view.Leave;
        var comparison = new LegComparison(order.Table, legs, clean);
        var pace = new MirrorPace(order.Table);
        while (!interruption.Token.IsCancellationRequested && comparison.Next() is { } part)
        {
            view.Show(pace.Note(comparison.DoneRegions, Stopwatch.GetTimestamp(), TimeProvider.System));
            await CompareAsync(client, comparison, part, interruption.Token).ConfigureAwait(false);
        }

        var last = pace.Note(comparison.DoneRegions, Stopwatch.GetTimestamp(), TimeProvider.System);
        await view.EndAsync(last with { IsOver = true }).ConfigureAwait(false);
        var result = comparison.Result with { Elapsed = Stopwatch.GetElapsedTime(began) };
        MirrorReport.Print(order, result);
        return result.State switch
        {
            WorkEnd.Completed => ExitCodes.Done,
            WorkEnd.Cancelled => interruption.ExitCode,
            _ => ExitCodes.EndedWithErrors,
        };
    }

    private static async Task CompareAsync(
        KcopydClient client, LegComparison comparison, LegComparison.Part part, CancellationToken cancellationToken)
    {
        var job = await client.StartAsync(comparison.RequestOf(part), cancellationToken: CancellationToken.None)
            .ConfigureAwait(false);
        var cancellation = cancellationToken.Register(static state => _ = ((CopyJob)state!).CancelAsync(), job);
        await using (cancellation.ConfigureAwait(false))
        {
            comparison.Compared(part, await job.Completion.ConfigureAwait(false));
        }
    }
}
