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
/// <param name="losses">Says whether the job goes on when servers have lost what it wrote.</param>
internal sealed class Transfer(TransferRequest request, TransferPlan plan, TransferJob? job, LostWrites losses)
{
    private bool _isOpeningSaid;

    /// <summary>Whether the job failed, and is to go on in another run; this one was not reported then.</summary>
    internal bool GoesOn { get; private set; }

    /// <summary>Lines for people have no place among those for programs, or where nothing is to be shown.</summary>
    private bool SaysOpening => request.Progress is ProgressStyle.Auto or ProgressStyle.Plain;

    /// <summary>Does it and prints what came of it.</summary>
    /// <param name="opener">Opens the devices.</param>
    /// <param name="client">Copies; it is ended before the devices are closed.</param>
    /// <param name="interruption">Ends it.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="RefusedException">It cannot be done; nothing was touched.</exception>
    /// <exception cref="DeviceException">A device refused; nothing was touched.</exception>
    /// <exception cref="CopyRejectedException">The engine refused; nothing was touched.</exception>
    internal async Task<int> RunAsync(IBlockDeviceOpener opener, TransferClient client, Interruption interruption)
    {
        var devices = await TransferDevices.OpenAsync(opener, request, plan, interruption.Token).ConfigureAwait(false);
        await using (devices.ConfigureAwait(false))
        {
            await using (client.ConfigureAwait(false))
            {
                var made = await client.GetAsync().ConfigureAwait(false);
                await WithdrawAsync(interruption.Token).ConfigureAwait(false);
                await devices.PrepareAsync(interruption.Token).ConfigureAwait(false);
                return await CopyAsync(made, devices, interruption).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What the journal will not be true of any more, it does not say any more: before a file is
    /// touched.</summary>
    private async Task WithdrawAsync(CancellationToken cancellationToken)
    {
        if (job is not { } known)
        {
            return;
        }

        var (journal, id) = (known.Session.Journal, new CopyJobId(known.Name));
        if (known.Beginning.ForgetsFirst)
        {
            await journal.ForgetAsync(id, cancellationToken).ConfigureAwait(false);
        }
        else if (!known.Beginning.Withdrawn.IsEmpty)
        {
            await journal.WithdrawAsync(id, known.Beginning.Withdrawn, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<int> CopyAsync(KcopydClient client, TransferDevices devices, Interruption interruption)
    {
        // Acceptance is waited for whatever happens: a job that nobody knows of must not write into files that are
        // taken back.
        var accepted = await client.StartAsync(Request(devices)).ConfigureAwait(false);
        devices.Keep();
        var pruning = job?.Session.PruneAsync() ?? Task.CompletedTask;
        var view = ProgressViews.Create(request, plan);
        if (view is not null)
        {
            interruption.BeforeLeaving = view.Leave;
        }

        var watch = new ProgressWatch(accepted, plan, view, TimeProvider.System);
        var completed = await WatchAsync(accepted, watch, interruption).ConfigureAwait(false);
        GoesOn = job is not null && await CanGoOnAsync(completed, devices, interruption.Token).ConfigureAwait(false);
        if (GoesOn)
        {
            watch.Leave();
        }
        else
        {
            await watch.EndAsync(completed).ConfigureAwait(false);
        }

        if (!completed.HasBegun)
        {
            // Nothing was written, so what was prepared goes again.
            devices.GiveUp();
        }

        if (completed.Outcome == CopyOutcome.Blocked)
        {
            throw Refusal(completed);
        }

        await pruning.ConfigureAwait(false);
        return Report(completed, watch.DoneBytes, interruption);
    }

    /// <summary>Prints what came of it, or keeps it for the run that follows.</summary>
    /// <returns>The exit code.</returns>
    private int Report(CopyCompleted completed, long doneBytes, Interruption interruption)
    {
        var notices = job?.Beginning.Notices.AddRange(completed.Notices.Select(Notice)) ?? [];
        if (GoesOn)
        {
            losses.Keep(_isOpeningSaid ? [] : notices);
            return ExitCodes.EndedWithErrors;
        }

        TransferReport.Print(new TransferOutcome(request, plan, completed, doneBytes)
        {
            Notices = [.. losses.Notices, .. notices],
            AreNoticesSaid = _isOpeningSaid,
            IsJournaled = job is not null && (completed.HasBegun || job.Beginning.KeepsRecord),
            IsResumable = job is not null && (completed.HasBegun || job.Beginning.LeavesAsItWas),
        });
        return ExitCodeOf(completed.Outcome, interruption);
    }

    /// <summary>Whether all that was lost can be written again: waits for servers that are away.</summary>
    private async Task<bool> CanGoOnAsync(
        CopyCompleted completed, TransferDevices devices, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested || !losses.GoesOn(completed))
        {
            return false;
        }

        try
        {
            foreach (var failure in completed.Details)
            {
                await devices.Targets[failure.Target!.Value].Device.ConfirmAsync(cancellationToken)
                    .ConfigureAwait(false);
                Speech.Complain($"{failure.Reason.TrimEnd('.')}; it is written again from the last checkpoint");
            }

            return true;
        }
        catch (Exception e) when (e is DeviceException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<CopyCompleted> WatchAsync(CopyJob accepted, ProgressWatch watch, Interruption interruption)
    {
        var cancellation = interruption.Token.Register(
            static state => _ = ((CopyJob)state!).CancelAsync(), accepted);
        await using (cancellation.ConfigureAwait(false))
        {
            if (job is { Beginning.IsKnown: true } && SaysOpening)
            {
                await SayOpeningAsync(watch, job).ConfigureAwait(false);
            }

            return await watch.UntilOverAsync().ConfigureAwait(false);
        }
    }

    private async Task SayOpeningAsync(ProgressWatch watch, TransferJob known)
    {
        if (await watch.UntilBegunAsync().ConfigureAwait(false) is { } begun)
        {
            var lines = OpeningText.Lines(known.Name, plan, known.Beginning.Notices, begun).ToList();
            lines.ForEach(Speech.Complain);
            _isOpeningSaid = true;
        }
    }

    private string Notice(string reason) => OpeningText.Notice(job!.Name, reason);

    private RefusedException Refusal(CopyCompleted completed)
    {
        var reasons = string.Join("; ", completed.Details.Select(failure => failure.Reason.TrimEnd('.')));
        var hint = completed.Details switch
        {
            [{ Kind: CopyFailureKind.Changed }, ..] =>
                $"; kcopyd resume {job!.Name} --restart begins afresh, --trust goes on all the same, "
                + $"kcopyd forget {job.Name} gives it up",
            [{ Kind: CopyFailureKind.Journal }, ..] when job!.Policy != JobStartPolicy.Continue =>
                "; --no-journal copies without a journal",
            _ => string.Empty,
        };
        return new RefusedException($"{job!.Name}: {reasons}{hint}");
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
