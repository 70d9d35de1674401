using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Requests;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>A run of copy, zero or verify: plan, then carry out.</summary>
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
        var opening = request.Journal is { } journal
            ? JournalSession.OpenAsync(journal.Place, journal.Interval, engine)
            : null;
        var plan = await PlanAsync(interruption.Token).ConfigureAwait(false);
        var job = opening is null ? null : await JobAsync(plan, opening).ConfigureAwait(false);
        return await new Transfer(request, plan, job).RunAsync(opener, engine, interruption).ConfigureAwait(false);
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

    private async Task<TransferJob> JobAsync(TransferPlan plan, Task<JournalSession> opening)
    {
        var journal = request.Journal!;
        var about = plan.Describe(request);
        var name = journal.Job ?? JobNaming.NameOf(about, request.SectorCount is not null);
        return new TransferJob(name, journal.Policy, await opening.ConfigureAwait(false));
    }
}
