using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Copying;
using Microsoft.Extensions.Logging;

namespace Kcopyd.Actors.Journaling;

/// <summary>Has its parent, a client actor, resume the jobs of its journal that are neither over nor blocked and that
/// nobody runs; then it stops.</summary>
/// <remarks>A crash of it leaves jobs as they are; they can be resumed by hand.</remarks>
internal sealed class JobResumerActor : HandlingActor
{
    private readonly KcopydJournal _journal;
    private readonly ILogger _logger;
    private int _awaited;
    private int _resumed;
    private int _left;

    public JobResumerActor(JournalOptions options, ILogger logger)
    {
        _journal = new KcopydJournal(Context.System, options);
        _logger = logger;
        Handle<Listed>(OnListed);
        Handle<Unlisted>(OnUnlisted);
        Handle<SubmitAccepted>(OnAccepted);
        Handle<SubmitCompleted>(OnCompleted);
        Handle<SubmitRejected>(OnRejected);
        Handle<SubmitBusy>(message => Leave(message.CorrelationId, "The client has too many jobs."));
        Handle<Recorded>(OnRecorded);
    }

    /// <inheritdoc/>
    protected override void PreStart() => WorkPipe.Pipe(ListAsync(), Self);

    private static SubmitCopy Submit(JobSummary job)
    {
        var about = job.Description!;
        return new SubmitCopy(
            job.Id.Value,
            about.Kind,
            about.Source is { } source ? Region(source) : null,
            [.. about.Targets.Select(Region)],
            job.Options ?? CopyOptions.Default)
        {
            Name = job.Id.Value,
            Policy = JobStartPolicy.Continue,
            Direct = job.Direct,
        };

        SubmitRegion Region(JobRegion region) => new(region.Uri, region.FirstSector, about.SectorCount);
    }

    private async Task<object> ListAsync()
    {
        try
        {
            return new Listed([.. await _journal.ListAsync(CancellationToken.None).ConfigureAwait(false)]);
        }
        catch (JournalException e)
        {
            return new Unlisted(e.Message);
        }
    }

    private void OnListed(Listed message)
    {
        foreach (var job in message.Jobs.Where(job => job is { IsOver: false, IsRunning: false }))
        {
            if (job.Standing == JobStanding.Blocked)
            {
                JournalLog.NotResumedAtStart(_logger, job.Id, job.Reason);
                _left++;
                continue;
            }

            _awaited++;
            Context.Parent.Tell(Submit(job));
        }

        StopIfDone();
    }

    private void OnUnlisted(Unlisted message)
    {
        JournalLog.JobsNotListed(_logger, message.Reason);
        Context.Stop(Self);
    }

    private void OnAccepted(SubmitAccepted message)
    {
        JournalLog.ResumedAtStart(_logger, message.Job);
        _resumed++;
    }

    private void OnCompleted(SubmitCompleted message)
    {
        var completed = message.Completed;
        if (completed.Outcome == CopyOutcome.Blocked)
        {
            JournalLog.NotResumedAtStart(_logger, completed.Job, completed.Details[^1].Reason);
        }

        _awaited--;
        StopIfDone();
    }

    private void OnRejected(SubmitRejected message)
    {
        var (kind, reason) = (message.Rejection.Kind, message.Rejection.Reason);
        if (kind is CopyRejectionKind.Name or CopyRejectionKind.Closing)
        {
            // It says nothing about the job: another got hold of the name, or the client goes.
            Leave(message.CorrelationId, reason);
        }
        else
        {
            WorkPipe.Pipe(RecordAsync(new CopyJobId(message.CorrelationId), reason), Self);
        }
    }

    /// <summary>The list of jobs says it too, for who looks later.</summary>
    private async Task<Recorded> RecordAsync(CopyJobId job, string reason)
    {
        try
        {
            await _journal.RecordBlockedAsync(job, reason, CancellationToken.None).ConfigureAwait(false);
            return new Recorded(job, reason);
        }
        catch (JournalException e)
        {
            return new Recorded(job, $"{reason} {e.Message}");
        }
    }

    private void OnRecorded(Recorded message) => Leave(message.Job.Value, message.Reason);

    private void Leave(string job, string reason)
    {
        JournalLog.NotResumedAtStart(_logger, new CopyJobId(job), reason);
        _left++;
        _awaited--;
        StopIfDone();
    }

    private void StopIfDone()
    {
        if (_awaited == 0)
        {
            JournalLog.StartIsOver(_logger, _resumed, _left);
            Context.Stop(Self);
        }
    }

    private sealed record Listed(ImmutableArray<JobSummary> Jobs) : INoSerializationVerificationNeeded;

    private sealed record Unlisted(string Reason) : INoSerializationVerificationNeeded;

    private sealed record Recorded(CopyJobId Job, string Reason) : INoSerializationVerificationNeeded;
}
