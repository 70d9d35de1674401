using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>A run of resume: jobs of a journal go on, one after the other.</summary>
/// <remarks>Creates and extends nothing, unless a job begins afresh as the operator wants it.</remarks>
internal sealed class ResumeRun(ResumeRequest request, IBlockDeviceOpener opener, Task<ActorSystem> engine)
{
    /// <summary>Does it and prints what came of each.</summary>
    /// <returns>The worst of their exit codes.</returns>
    /// <exception cref="RefusedException">A name is no job's.</exception>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    internal async Task<int> RunAsync()
    {
        using var interruption = new Interruption();
        return await interruption.GuardAsync(() => RunAsync(interruption)).ConfigureAwait(false);
    }

    private async Task<int> RunAsync(Interruption interruption)
    {
        var session = await JournalSession.LookAsync(request.Place, request.Interval, engine).ConfigureAwait(false);
        var jobs = await FindAsync(session, interruption.Token).ConfigureAwait(false);
        if (jobs.IsEmpty)
        {
            Speech.Complain("there is no job that is not over");
        }

        var worst = ExitCodes.Done;
        foreach (var job in jobs)
        {
            worst = Math.Max(worst, await ResumeAsync(session, job, interruption).ConfigureAwait(false));
            if (interruption.Token.IsCancellationRequested)
            {
                return interruption.ExitCode;
            }
        }

        return worst;
    }

    private async Task<ImmutableArray<JobSummary>> FindAsync(
        JournalSession session, CancellationToken cancellationToken)
    {
        if (request.Jobs.IsEmpty)
        {
            var all = await session.Journal.ListAsync(cancellationToken).ConfigureAwait(false);
            return [.. all.Where(job => !job.IsOver)];
        }

        // All names are looked up before the first job goes on: a slip is told at once.
        var named = ImmutableArray.CreateBuilder<JobSummary>();
        foreach (var name in request.Jobs)
        {
            named.Add(await session.FindAsync(name, cancellationToken).ConfigureAwait(false));
        }

        return named.ToImmutable();
    }

    /// <summary>One job. What is wrong with it is said, and the next one has its turn.</summary>
    private async Task<int> ResumeAsync(JournalSession session, JobSummary job, Interruption interruption)
    {
        try
        {
            return await GoOnAsync(session, job, interruption).ConfigureAwait(false);
        }
        catch (DeviceException e) when (e.Kind is DeviceErrorKind.NotFound)
        {
            return await BlockAsync(session, job, e.Message).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RefusedException or DeviceException or CopyRejectedException)
        {
            return Refuse(job, e.Message);
        }
        catch (JournalException e)
        {
            return Refuse(job, JournalSentence.Of(e));
        }
    }

    private async Task<int> GoOnAsync(JournalSession session, JobSummary job, Interruption interruption)
    {
        if (job.IsRunning)
        {
            Speech.Complain($"{job.Id} is being run by {job.Runner ?? "another process"} and left to it");
            return request.Jobs.IsEmpty ? ExitCodes.Done : ExitCodes.Refused;
        }

        if (job.IsOver)
        {
            Speech.Complain($"{job.Id} is over: there is nothing left to do");
            return ExitCodes.Done;
        }

        if (job.Description is not { } about)
        {
            return Refuse(job, job.Reason);
        }

        var losses = new LostWrites();
        return await new ContinuedRuns(ResumeText.Command(job.Id.Value, session.Place)).RunAsync(
            async isFirst =>
            {
                var known = isFirst
                    ? job
                    : await session.FindAsync(job.Id.Value, interruption.Token).ConfigureAwait(false);
                var run = RequestFor(known, about, isFirst ? request.Policy : LostWrites.PolicyAfter(request.Policy));
                return await RunAsync(session, (known, about), (run, losses), interruption).ConfigureAwait(false);
            }).ConfigureAwait(false);
    }

    /// <summary>One run of a job.</summary>
    /// <returns>The exit code, and whether another run is to follow.</returns>
    private async Task<(int Code, bool GoesOn)> RunAsync(
        JournalSession session,
        (JobSummary Job, JobDescription About) known,
        (TransferRequest Request, LostWrites Losses) run,
        Interruption interruption)
    {
        var policy = run.Request.Journal!.Policy;
        TransferPlan plan;
        try
        {
            plan = await PlanAsync(known.About, policy, interruption.Token).ConfigureAwait(false);
        }
        catch (RefusedException e)
        {
            return (await BlockAsync(session, known.Job, e.Message).ConfigureAwait(false), false);
        }

        var beginning = JobBeginning.Decide(known.Job, run.Request, plan);
        var journaled = new TransferJob(known.Job.Id.Value, policy, session, beginning);
        var client = TransferClient.Begin(run.Request, engine, Task.FromResult(session));
        await using (client.ConfigureAwait(false))
        {
            var transfer = new Transfer(run.Request, plan, journaled, run.Losses);
            var code = await transfer.RunAsync(opener, client, interruption).ConfigureAwait(false);
            return (code, transfer.GoesOn);
        }
    }

    private async Task<TransferPlan> PlanAsync(
        JobDescription about, JobStartPolicy policy, CancellationToken cancellationToken)
    {
        var uris = about.Targets.Select(target => target.Uri).ToImmutableArray();
        JournalOverlap.RefuseNames(request.Place, uris);
        var (source, targets) = await DescribedDevices
            .OfAsync(opener, about.Source?.Uri, uris, request.Place, cancellationToken)
            .ConfigureAwait(false);
        return ResumePlanning.Plan(about, source, targets, policy == JobStartPolicy.BeginAfresh);
    }

    private TransferRequest RequestFor(JobSummary job, JobDescription about, JobStartPolicy policy) => new(
        about.Kind,
        about.Source?.Uri,
        [.. about.Targets.Select(target => target.Uri)],
        (job.Options ?? CopyOptions.Default) with { Flush = true })
    {
        SourceSector = about.Source?.FirstSector ?? 0,
        SectorCount = about.SectorCount,
        Direct = job.Direct,
        PageBudget = request.PageBudget,
        BytesPerSecond = request.BytesPerSecond,
        Percent = request.Percent,
        Progress = request.Progress,
        Json = request.Json,
        Journal = new JournalRequest(request.Place) { Job = job.Id.Value, Policy = policy },
    };

    /// <summary>The list of jobs says it too, for who looks later.</summary>
    private static async Task<int> BlockAsync(JournalSession session, JobSummary job, string reason)
    {
        var text = reason.TrimEnd('.');
        var command = ResumeText.Command(job.Id.Value, session.Place);
        var code = Refuse(job, $"{text}; when that is mended: {command}, or with --restart from the beginning");
        try
        {
            await session.Journal.RecordBlockedAsync(job.Id, text, CancellationToken.None).ConfigureAwait(false);
        }
        catch (JournalException)
        {
            // The operator was told. Another process has the job now, or the journal takes nothing.
        }

        return code;
    }

    private static int Refuse(JobSummary job, string reason)
    {
        var text = reason.TrimEnd('.');
        Speech.Complain(text.Contains(job.Id.Value, StringComparison.Ordinal) ? text : $"{job.Id}: {text}");
        return ExitCodes.Refused;
    }
}
