using System.Diagnostics;
using Akka.Actor;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>Brings a mirror in sync.</summary>
internal sealed class MirrorSyncRun(MirrorOrder order, IBlockDeviceOpener opener, Task<ActorSystem> engine)
{
    /// <summary>How much is copied again after a crash, as with the checkpoints of a copy.</summary>
    private static readonly TimeSpan CleanDelay = TimeSpan.FromSeconds(1);

    /// <summary>What one recovery covers: nobody waits for it, and a job costs as much as a tenth of a MiB.</summary>
    private static readonly ByteCount RecoverySize = 8.MiB;

    /// <summary>With a limit of the rate the bar is to move on steadily.</summary>
    private static readonly ByteCount LimitedRecoverySize = 1.MiB;

    /// <summary>Does it and prints what came of it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="RefusedException">It cannot be done; nothing was touched.</exception>
    /// <exception cref="DeviceException">A device refused; nothing was touched.</exception>
    /// <exception cref="MirrorLogException">The log refused; nothing was touched.</exception>
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
        await DeviceRefusals.RefuseMountedAsync(opener, described, interruption.Token).ConfigureAwait(false);
        var mirror = await MirrorDevice.OpenAsync(
            await engine.ConfigureAwait(false), order.Table, opener, Options(), interruption.Token)
            .ConfigureAwait(false);
        await using (mirror.ConfigureAwait(false))
        {
            return await SyncAsync(mirror, interruption).ConfigureAwait(false);
        }
    }

    private async Task<int> SyncAsync(MirrorDevice mirror, Interruption interruption)
    {
        var began = Stopwatch.GetTimestamp();
        var view = WorkProgressViews.Create(order.Progress);
        interruption.BeforeLeaving = view.Leave;
        var watch = new MirrorSyncWatch(mirror, order.Table, view, TimeProvider.System);
        await watch.UntilOverAsync(interruption.Token).ConfigureAwait(false);

        // What is in flight ends, at full speed, and the log then says what is equal.
        mirror.SetRecoveryRate(ByteCount.Zero);
        await mirror.SuspendAsync().ConfigureAwait(false);
        var counts = await mirror.GetCountsAsync().ConfigureAwait(false);
        await view.EndAsync(watch.Last(counts)).ConfigureAwait(false);
        var result = new MirrorSyncResult(
            counts,
            await mirror.GetStatusAsync().ConfigureAwait(false),
            await mirror.GetFailuresAsync().ConfigureAwait(false))
        {
            BeganInSync = watch.BeganInSync,
            WasInterrupted = interruption.Token.IsCancellationRequested,
            Elapsed = Stopwatch.GetElapsedTime(began),
        };
        MirrorReport.Print(order, result);
        return result.State switch
        {
            WorkEnd.Completed => ExitCodes.Done,
            WorkEnd.Cancelled => interruption.ExitCode,
            _ => ExitCodes.EndedWithErrors,
        };
    }

    private MirrorOptions Options()
    {
        // The memory is the default, 4 MiB: what copies have in flight, and the caches hold.
        return new MirrorOptions
        {
            Name = "the mirror",
            Recoveries = order.Recoveries,
            RecoverySize = order.BytesPerSecond.Value > 0 ? LimitedRecoverySize : RecoverySize,
            RecoveryRate = order.BytesPerSecond,
            CleanDelay = CleanDelay,
            RetryDelay = MirrorSyncWatch.RetryDelay,

            // Nobody else uses it.
            RecoveryYields = false,
        };
    }
}
