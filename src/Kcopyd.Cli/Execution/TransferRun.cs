using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>A run of copy, zero or verify: plan, then carry out.</summary>
/// <remarks>
/// Every check that needs no change comes before every change: look at the journal, describe all, plan, open what
/// exists, create, extend, submit.
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
        return await interruption.GuardAsync(() => RunAsync(interruption)).ConfigureAwait(false);
    }

    private async Task<int> RunAsync(Interruption interruption)
    {
        var name = request.Journal is { } asked ? asked.Job ?? JobNaming.NameOf(request) : string.Empty;
        if (request.Journal is { Place: var place })
        {
            JournalOverlap.RefuseNames(place, request.Targets);
        }

        var session = request.Journal is { } journal
            ? JournalSession.OpenAsync(journal.Place, journal.Interval, engine)
            : null;
        var losses = new LostWrites();
        var next = request with { Journal = request.Journal is null ? null : ContinueOf(request.Journal) };
        var command = request.Journal is { Place: var at } ? ResumeText.Command(name, at) : string.Empty;
        return await new ContinuedRuns(command).RunAsync(
            isFirst => RunAsync(isFirst ? request : next, (name, session), losses, interruption))
            .ConfigureAwait(false);
    }

    /// <summary>What a job begins afresh with it does not begin with again.</summary>
    private static JournalRequest ContinueOf(JournalRequest journal) =>
        journal with { Policy = LostWrites.PolicyAfter(journal.Policy) };

    /// <summary>One run.</summary>
    /// <returns>The exit code, and whether another run is to follow.</returns>
    private async Task<(int Code, bool GoesOn)> RunAsync(
        TransferRequest run,
        (string Name, Task<JournalSession>? Session) known,
        LostWrites losses,
        Interruption interruption)
    {
        var (name, session) = known;
#pragma warning disable CA2025 // nobody disposes of a task
        var looking = session is null ? null : LookAsync(session, name, interruption.Token);
#pragma warning restore CA2025
        var client = TransferClient.Begin(run, engine, session);
        await using var ending = client.ConfigureAwait(false);
        TransferPlan plan;
        try
        {
            plan = await PlanAsync(interruption.Token).ConfigureAwait(false);
        }
        catch when (looking is not null)
        {
            // What it came to does not matter any more.
            _ = looking.ContinueWith(
                static task => task.Exception, CancellationToken.None, default, TaskScheduler.Default);
            throw;
        }

        var job = looking is null ? null : Begin(name, run, await looking.ConfigureAwait(false), plan);
        var transfer = new Transfer(run, plan, job, losses);
        var code = await transfer.RunAsync(opener, client, interruption).ConfigureAwait(false);
        return (code, transfer.GoesOn);
    }

    private static TransferJob Begin(
        string name, TransferRequest run, (JournalSession Session, JobSummary? Known) found, TransferPlan plan) =>
        new(name, run.Journal!.Policy, found.Session, JobBeginning.Decide(found.Known, run, plan));

    /// <summary>Looks what the journal knows of the job.</summary>
    private static async Task<(JournalSession Session, JobSummary? Known)> LookAsync(
        Task<JournalSession> opening, string name, CancellationToken cancellationToken)
    {
        try
        {
            var session = await opening.ConfigureAwait(false);
            var known = await session.Journal.FindAsync(new CopyJobId(name), cancellationToken).ConfigureAwait(false);
            return (session, known);
        }
        catch (JournalException e)
        {
            throw new RefusedException($"{JournalSentence.Of(e)}; --no-journal copies without a journal");
        }
    }

    private async Task<TransferPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var (source, targets) = await DescribedDevices
            .OfAsync(opener, request.Source, request.Targets, request.Journal?.Place, cancellationToken)
            .ConfigureAwait(false);
        var plan = TransferPlanning.Plan(request, source, targets);
        if (source is not null && SnapshotUri.IsOne(source.Uri))
        {
            await DeviceRefusals.WarnOfMountedAsync(
                opener,
                [source],
                "what is written there meanwhile, the snapshot may show",
                cancellationToken).ConfigureAwait(false);
        }

        return plan;
    }
}
