using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>One run of the program: plan, open, copy, report.</summary>
/// <remarks>
/// Every check that needs no change comes before every change: describe all, plan, open what exists, create, extend,
/// submit.
/// </remarks>
internal sealed class TransferRun(TransferRequest request, IBlockDeviceOpener opener, Task<ActorSystem> engine)
{
    /// <summary>Does it and prints what came of it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="RefusedException">It cannot be done; nothing was touched.</exception>
    /// <exception cref="DeviceException">A device refused; nothing was touched.</exception>
    /// <exception cref="CopyRejectedException">The engine refused; nothing was touched.</exception>
    internal async Task<int> RunAsync()
    {
        using var interruption = new Interruption();
        try
        {
            return await RunAsync(interruption).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            // The job was not accepted yet, so there is nothing to report.
            return interruption.ExitCode;
        }
    }

    private async Task<int> RunAsync(Interruption interruption)
    {
        var plan = await PlanAsync(interruption.Token).ConfigureAwait(false);
        var devices = await TransferDevices.OpenAsync(opener, request, plan, interruption.Token).ConfigureAwait(false);
        await using (devices.ConfigureAwait(false))
        {
            var client = await CreateClientAsync().ConfigureAwait(false);
            await using (client.ConfigureAwait(false))
            {
                await devices.PrepareAsync(interruption.Token).ConfigureAwait(false);
                return await CopyAsync(client, devices, plan, interruption).ConfigureAwait(false);
            }
        }
    }

    private async Task<TransferPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var source = request.Source is null
            ? null
            : await opener.DescribeAsync(request.Source, cancellationToken).ConfigureAwait(false);
        var targets = ImmutableArray.CreateBuilder<BlockDeviceDescription>(request.Targets.Length);
        foreach (var target in request.Targets)
        {
            targets.Add(await opener.DescribeAsync(target, cancellationToken).ConfigureAwait(false));
        }

        return TransferPlanning.Plan(request, source, targets.MoveToImmutable());
    }

    private async Task<KcopydClient> CreateClientAsync()
    {
        var options = new KcopydClientOptions
        {
            PageBudget = request.PageBudget,
            BytesPerSecond = request.BytesPerSecond,
            Percent = request.Percent,
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

    private async Task<int> CopyAsync(
        KcopydClient client, TransferDevices devices, TransferPlan plan, Interruption interruption)
    {
        // Acceptance is waited for whatever happens: a job that nobody knows of must not write into files that are
        // taken back.
        var job = await client
            .StartAsync(new CopyRequest(request.Kind, devices.Source, devices.Targets, request.Options))
            .ConfigureAwait(false);
        devices.Keep();
        var view = ProgressViews.Create(request, plan);
        if (view is not null)
        {
            interruption.BeforeLeaving = view.Leave;
        }

        var cancellation = interruption.Token.Register(static state => _ = ((CopyJob)state!).CancelAsync(), job);
        var watch = new ProgressWatch(job, view, TimeProvider.System);
        CopyCompleted completed;
        await using (cancellation.ConfigureAwait(false))
        {
            completed = await watch.UntilOverAsync().ConfigureAwait(false);
        }

        TransferReport.Print(request, plan, completed, watch.DoneBytes);
        return completed.Outcome switch
        {
            CopyOutcome.Completed => ExitCodes.Done,
            CopyOutcome.Cancelled => interruption.ExitCode,
            _ => ExitCodes.EndedWithErrors,
        };
    }
}
