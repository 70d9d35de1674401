using Akka.Actor;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Copying;

/// <content>What a client is asked apart from copying: about single jobs, about itself, and to close.</content>
internal sealed partial class ClientActor
{
    private void OnSubmitCopy(SubmitCopy message)
    {
        if (_closing.IsClosing)
        {
            Requester.Remote(Sender, message.CorrelationId).Reject(Closing, Self);
            return;
        }

        if (_jobs.Count + _openings >= _options.QueueLimit)
        {
            Requester.Remote(Sender, message.CorrelationId).Busy(_options.QueueLimit, Self);
            return;
        }

        var (replyTo, self) = (Sender, Self);
        _openings++;
        WorkPipe.Pipe(OpenAsync(message, replyTo), self);
    }

    private async Task<ClientWork.DevicesOpened> OpenAsync(SubmitCopy submit, IActorRef replyTo)
    {
        var (opener, abort) = (_options.Opener, _abort.Token);
        return new(submit, replyTo, await OpenedDevices.OpenAsync(opener, submit, abort).ConfigureAwait(false));
    }

    private void OnDevicesOpened(ClientWork.DevicesOpened message)
    {
        _openings--;
        var requester = Requester.Remote(message.ReplyTo, message.Message.CorrelationId);
        if (message.Devices.Rejection is { } rejection)
        {
            requester.Reject(rejection, Self);
        }
        else
        {
            Accept(message.Devices.Request!, requester, message.Devices);
        }

        CheckClosed();
    }

    private void OnDevicesClosed(ClientWork.DevicesClosed message)
    {
        if (_jobs.TryGetValue(message.Number, out var entry))
        {
            _completions.Tell(new CompletionActor.Deliver(message.Number, message.Completed, entry.Requester));
        }
    }

    private void Close(OpenedDevices? devices)
    {
        if (devices is not null)
        {
            // Number 0 is no job: nobody waits for this one.
            CloseThen(devices, new ClientWork.JobStopped(0));
        }
    }

    private void CloseThen(OpenedDevices devices, ClientWork message) =>
        WorkPipe.Pipe(CloseAsync(devices, message), Self);

    private static async Task<ClientWork> CloseAsync(OpenedDevices devices, ClientWork message)
    {
        await devices.DisposeAsync().ConfigureAwait(false);
        return message;
    }

    private void OnPrepare(ClientWork.Prepare message)
    {
        var requester = Requester.Of(message.Prepared.Ticket);
        if (_closing.IsClosing)
        {
            requester.Abandon(null, Self);
            return;
        }

        var entry = new JobEntry(++_lastNumber, message.Prepared.Id, null, requester)
        {
            AcceptedAt = Now,
            Prepared = message.Prepared,
        };
        _jobs.Add(entry.Number, entry);
        _prepared.Add(message.Prepared, entry);
    }

    private void OnCompletePrepared(ClientWork.CompletePrepared message)
    {
        if (_prepared.TryGetValue(message.Prepared, out var entry) && !entry.IsOver)
        {
            End(entry, JobEndings.Prepared(entry, message.ReadError, message.WriteErrors, Now));
        }
    }

    private void Forget(JobEntry entry)
    {
        if (entry.Prepared is { } prepared)
        {
            _prepared.Remove(prepared);
        }
    }

    private JobEntry? FindLive(CopyJobId job)
    {
        if (_names.TryGetValue(job, out var entry) && !entry.IsOver)
        {
            return entry;
        }

        Sender.Tell(new ClientMessage.JobUnknown(job));
        return null;
    }

    private void OnPauseJob(ClientMessage.PauseJob message)
    {
        if (FindLive(message.Job) is not { } entry)
        {
            return;
        }

        // Whether it rests now is not asked here: a resume may be on its way to it.
        entry.PauseWaiters.Add(Sender);
        entry.IsPauseWanted = true;
        if (entry.Actor is null)
        {
            Start(entry);
        }
        else
        {
            entry.Actor.Tell(new JobMessage.Pause(++entry.Pauses));
        }
    }

    private void OnJobRests(ClientWork.JobRests message)
    {
        if (!_jobs.TryGetValue(message.Number, out var entry) || entry.IsOver)
        {
            return;
        }

        if (entry.IsResting != message.Rests)
        {
            entry.IsResting = message.Rests;
            _activeCount += message.Rests ? -1 : 1;
            SetStallTimer(Now + _options.StallAfter);
        }

        if (message.Rests && message.Pause == entry.Pauses)
        {
            Answer(entry.PauseWaiters, new ClientMessage.JobPaused(entry.Id));
        }

        StartNext();
        if (_closing.IsClosing && message.Rests && entry.IsPauseWanted)
        {
            entry.Actor.Tell(new JobMessage.Cancel());
        }
    }

    private void OnResumeJob(ClientMessage.ResumeJob message)
    {
        if (FindLive(message.Job) is not { } entry)
        {
            return;
        }

        entry.IsPauseWanted = false;
        entry.Actor?.Tell(new JobMessage.Resume());
        Answer(entry.PauseWaiters, new ClientMessage.JobResumed(entry.Id));
        Sender.Tell(new ClientMessage.JobResumed(entry.Id));
    }

    private static void Answer(List<IActorRef> waiters, ClientMessage answer)
    {
        foreach (var waiter in waiters)
        {
            waiter.Tell(answer);
        }

        waiters.Clear();
    }

    private void OnCancelJob(ClientMessage.CancelJob message)
    {
        if (FindLive(message.Job) is { } entry)
        {
            Cancel(entry);
        }
    }

    private void Cancel(JobEntry entry)
    {
        if (entry.Actor is null)
        {
            End(entry, JobEndings.CancelledInQueue(entry, Now));
        }
        else
        {
            entry.Actor.Tell(new JobMessage.Cancel());
        }
    }

    private void OnGetProgress(ClientMessage.GetProgress message)
    {
        if (FindLive(message.Job) is not { } entry)
        {
            return;
        }

        if (entry.Actor is null)
        {
            Sender.Tell(JobEndings.ProgressInQueue(entry));
        }
        else
        {
            entry.Actor.Forward(new JobMessage.GetProgress());
        }
    }

    private ClientStatus Status()
    {
        var queue = _admissions.Queue;
        var budget = queue.Budget;
        var active = _jobs.Values.Count(entry => entry.Actor is not null && !entry.IsOver);
        return new ClientStatus(budget.TotalPages, budget.TakenPages, budget.PeakPages, _queuedCount, active)
        {
            WaitingSegments = queue.WaitingCount,
            BytesPerSecond = new ByteCount(queue.BytesPerSecond),
            Percent = queue.Percent,
        };
    }

    private void OnDrain() => _closing.Drain(_jobs.Keys, Sender, Self);

    private void OnDestroy()
    {
        _closing.Destroy(Sender);
        var resting = _jobs.Values.Where(entry => entry is { IsResting: true, IsPauseWanted: true, IsOver: false });
        foreach (var entry in resting.ToList())
        {
            Cancel(entry);
        }

        CheckClosed();
    }

    private void OnShutdown()
    {
        if (!_closing.TryShutdown())
        {
            return;
        }

        foreach (var entry in _jobs.Values.Where(entry => !entry.IsOver).ToList())
        {
            if (entry.Request is null)
            {
                // A reserved completion that nobody completes any more.
                entry.Requester.Abandon(null, Self);
                OnDelivered(new ClientWork.Delivered(entry.Number));
            }
            else
            {
                Cancel(entry);
            }
        }

        ScheduleSelf(_options.DisposeTimeout, new ClientWork.ShutdownDue());
        CheckClosed();
    }

    private void OnShutdownDue()
    {
        if (!_abort.IsCancellationRequested)
        {
            // Devices that can stop an I/O now do; the others keep their pages until they are done.
            _abort.Cancel();
            ScheduleSelf(ClientClosing.AbortTimeout, new ClientWork.ShutdownDue());
            return;
        }

        CopyLog.ShutdownTimedOut(_logger, _jobs.Count);
        Context.Stop(Self);
    }

    private void CheckClosed()
    {
        if (_closing.IsClosing && _jobs.Count == 0 && _admissions.Queue.InsideCount == 0 && _openings == 0)
        {
            _closing.Closed(Self);
            Context.Stop(Self);
        }
    }

    private void SetStallTimer(TimeSpan due)
    {
        if (_stallTimer is not null && _stallDue <= due)
        {
            return;
        }

        _stallTimer?.Cancel();
        _stallDue = due;
        _stallTimer = Context.System.Scheduler.ScheduleTellOnceCancelable(
            due > Now ? due - Now : TimeSpan.Zero, Self, new ClientWork.StallCheckDue(), ActorRefs.NoSender);
    }

    /// <summary>Asks the jobs that were begun; each answers with the time at which to ask it again.</summary>
    private void OnStallCheckDue()
    {
        _stallTimer = null;
        var working = _jobs.Values.Where(entry => entry is { Actor: not null, IsOver: false, IsResting: false });
        foreach (var entry in working)
        {
            entry.Actor.Tell(new JobMessage.CheckStall(_options.StallAfter));
        }
    }

    private static void ScheduleSelf(TimeSpan after, ClientWork message) =>
        Context.System.Scheduler.ScheduleTellOnce(after, Context.Self, message, ActorRefs.NoSender);
}
