using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>Carries out a plan: open, prepare, copy, report.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="plan">What will be done.</param>
/// <param name="job">The journaled job that it is; null where nothing is journaled.</param>
internal sealed class Transfer(TransferRequest request, TransferPlan plan, TransferJob? job)
{
    /// <summary>Does it and prints what came of it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="RefusedException">It cannot be done; nothing was touched.</exception>
    /// <exception cref="DeviceException">A device refused; nothing was touched.</exception>
    /// <exception cref="CopyRejectedException">The engine refused; nothing was touched.</exception>
    internal async Task<int> RunAsync(IBlockDeviceOpener opener, Task<ActorSystem> engine, Interruption interruption)
    {
        var devices = await TransferDevices.OpenAsync(opener, request, plan, interruption.Token).ConfigureAwait(false);
        await using (devices.ConfigureAwait(false))
        {
            var client = await CreateClientAsync(engine).ConfigureAwait(false);
            await using (client.ConfigureAwait(false))
            {
                await devices.PrepareAsync(interruption.Token).ConfigureAwait(false);
                return await CopyAsync(client, devices, interruption).ConfigureAwait(false);
            }
        }
    }

    private async Task<KcopydClient> CreateClientAsync(Task<ActorSystem> engine)
    {
        var options = new KcopydClientOptions
        {
            PageBudget = request.PageBudget,
            BytesPerSecond = request.BytesPerSecond,
            Percent = request.Percent,
            Journal = job?.Session.Options,
        };
        try
        {
            return await KcopydClient.CreateAsync(await engine.ConfigureAwait(false), options).ConfigureAwait(false);
        }
        catch (OutOfMemoryException)
        {
            throw new RefusedException($"there is no memory for a page budget of {request.PageBudget}");
        }
    }

    private async Task<int> CopyAsync(KcopydClient client, TransferDevices devices, Interruption interruption)
    {
        // Acceptance is waited for whatever happens: a job that nobody knows of must not write into files that are
        // taken back.
        var accepted = await client.StartAsync(Request(devices)).ConfigureAwait(false);
        devices.Keep();
        var view = ProgressViews.Create(request, plan);
        if (view is not null)
        {
            interruption.BeforeLeaving = view.Leave;
        }

        var cancellation = interruption.Token.Register(
            static state => _ = ((CopyJob)state!).CancelAsync(), accepted);
        var watch = new ProgressWatch(accepted, view, TimeProvider.System);
        CopyCompleted completed;
        await using (cancellation.ConfigureAwait(false))
        {
            completed = await watch.UntilOverAsync().ConfigureAwait(false);
        }

        if (completed.Outcome == CopyOutcome.Blocked)
        {
            // Nothing was written, so what was prepared goes again.
            devices.GiveUp();
            throw new RefusedException(string.Join("; ", completed.Details.Select(failure => failure.Reason)));
        }

        TransferReport.Print(request, plan, completed, watch.DoneBytes);
        return ExitCodeOf(completed.Outcome, interruption);
    }

    private CopyRequest Request(TransferDevices devices) =>
        new(request.Kind, devices.Source, devices.Targets, request.Options)
        {
            Name = job?.Name,
            Journaling = job is null
                ? null
                : new JobJournaling { Policy = job.Policy, Created = devices.Created, Direct = request.Direct },
        };

    private static int ExitCodeOf(CopyOutcome outcome, Interruption interruption) => outcome switch
    {
        CopyOutcome.Completed => ExitCodes.Done,
        CopyOutcome.Cancelled => interruption.ExitCode,
        _ => ExitCodes.EndedWithErrors,
    };
}
