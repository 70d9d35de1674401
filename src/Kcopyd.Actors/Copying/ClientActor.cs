using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Paging;
using Kcopyd.Devices;
using Microsoft.Extensions.Logging;

namespace Kcopyd.Actors.Copying;

/// <summary>A client of the copy engine: holds the page budget and the throttle, and has a job actor per
/// copy.</summary>
/// <remarks>
/// Jobs begin in the order of their acceptance; segments get pages in the order in which they asked. Nothing here
/// waits. A crash of this actor loses its jobs: it is stopped, everyone who waits for it is told, and its memory is
/// freed when the last I/O on it is over.
/// </remarks>
internal sealed partial class ClientActor : HandlingActor
{
    private static readonly CopyRejection Closing = new(CopyRejectionKind.Closing, "The client is closing.");

    private static readonly SupervisorStrategy StopTheJob = new OneForOneStrategy(_ => Directive.Stop);

    private readonly KcopydClientOptions _options;
    private readonly ClientLink _link;
    private readonly ILogger _logger;
    private readonly ClientAdmissions _admissions;
    private readonly IActorRef _completions;
    private readonly CancellationTokenSource _abort = new();
    private readonly Dictionary<long, JobEntry> _jobs = [];
    private readonly Dictionary<CopyJobId, JobEntry> _names = [];
    private readonly Dictionary<PreparedCompletion, JobEntry> _prepared = [];
    private readonly Dictionary<PageLease, JobEntry> _leases = [];
    private readonly Queue<JobEntry> _queued = new();
    private readonly ClientClosing _closing = new();
    private readonly Action<Admission, PageLease> _granted;
    private long _lastNumber;
    private long _lastName;
    private int _queuedCount;
    private int _activeCount;
    private int _openings;
    private ICancelable? _stallTimer;
    private TimeSpan _stallDue;

    public ClientActor(KcopydClientOptions options, ClientLink link, PageMemory pages)
    {
        _options = options;
        _link = link;
        _granted = OnGranted;
        _logger = options.LoggerFactory.CreateLogger("Kcopyd.Actors.Copying");
        _admissions = new ClientAdmissions(options, pages, Context.System.Scheduler, Self);
        _completions = Context.ActorOf(
            Akka.Actor.Props.Create<CompletionActor>(_logger).WithDispatcher(CopyDispatchers.Copy), "completions");

        // Without it nobody would hear of anything any more: its death is this actor's.
        Context.Watch(_completions);

        Handle<ClientWork.PagesReturned>(OnPagesReturned);
        Handle<ClientWork.AdmitSegment>(OnAdmitSegment);
        Handle<ClientWork.JobEnded>(OnJobEnded);
        Handle<ClientWork.Delivered>(OnDelivered);
        Handle<ClientWork.Submit>(message => Accept(message.Request, Requester.Of(message.Ticket), null));
        Handle<ClientMessage.Copy>(message => Accept(message.Request, Requester.Local(Sender, message.Context), null));
        Handle<SubmitCopy>(OnSubmitCopy);
        Handle<ClientWork.DevicesOpened>(OnDevicesOpened);
        Handle<ClientWork.DevicesClosed>(OnDevicesClosed);
        Handle<ClientWork.WithdrawSegments>(OnWithdrawSegments);
        Handle<ClientWork.JobRests>(OnJobRests);
        Handle<ClientWork.JobStopped>(OnJobStopped);
        Handle<ClientWork.Prepare>(OnPrepare);
        Handle<ClientWork.CompletePrepared>(OnCompletePrepared);
        Handle<ClientMessage.PauseJob>(OnPauseJob);
        Handle<ClientMessage.ResumeJob>(OnResumeJob);
        Handle<ClientMessage.CancelJob>(OnCancelJob);
        Handle<ClientMessage.GetProgress>(OnGetProgress);
        Handle<ClientMessage.GetStatus>(_ => Sender.Tell(Status()));
        Handle<ClientMessage.SetThrottle>(OnSetThrottle);
        Handle<ClientMessage.Drain>(_ => OnDrain());
        Handle<ClientMessage.Destroy>(_ => OnDestroy());
        Handle<ClientWork.Shutdown>(_ => OnShutdown());
        Handle<ClientWork.ShutdownDue>(_ => OnShutdownDue());
        Handle<ClientWork.ThrottleDue>(_ => OnThrottleDue());
        Handle<ClientWork.StallCheckDue>(_ => OnStallCheckDue());
        Handle<ClientWork.StallChecked>(message => SetStallTimer(message.Due));
    }

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    /// <summary>What to make a client actor of. Its pages are allocated here, where who asks hears of a
    /// failure.</summary>
    /// <exception cref="OutOfMemoryException">There is no memory for the budget.</exception>
    public static Props Props(KcopydClientOptions options, ClientLink link) =>
        Props(options, link, new PageMemory(options.TotalPages));

    /// <summary>As the other, with pages that it owns from then on.</summary>
    public static Props Props(KcopydClientOptions options, ClientLink link, PageMemory pages) =>
        Akka.Actor.Props.Create<ClientActor>(options, link, pages).WithDispatcher(CopyDispatchers.Copy);

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => StopTheJob;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        if (_options is { ResumeOnStart: true, Journal: { } journal })
        {
            Context.ActorOf(Akka.Actor.Props.Create<JobResumerActor>(journal, _logger), "resumer");
        }
    }

    /// <inheritdoc/>
    protected override void PostRestart(Exception reason)
    {
        // There is nothing to go on from: jobs live in their actors, which stopped with this one, and PostStop has told
        // everyone who waits.
        Context.Stop(Self);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _abort.Cancel();
        _stallTimer?.Cancel();
        foreach (var entry in _jobs.Values)
        {
            Bury(entry);
        }

        _admissions.Dispose();
        _link.Close();
    }

    /// <summary>Nobody will look after a job any more: its waiters hear of it, its devices close.</summary>
    private static void Bury(JobEntry entry)
    {
        entry.Requester.Abandon(entry.Request is null ? null : JobEndings.Crashed(entry, Now), Context.Self);
        foreach (var lease in entry.Leases)
        {
            lease.LetGo();
        }

        // Nobody is left to wait for it; closing waits for the I/O inside by itself.
        _ = entry.Devices?.DisposeAsync().AsTask();
    }

    private void Accept(CopyRequest request, Requester requester, OpenedDevices? devices)
    {
        if (Refusal(request) is { } rejection)
        {
            CopyLog.JobRejected(_logger, rejection.Reason);
            requester.Reject(rejection, Self);
            Close(devices);
            return;
        }

        if (_jobs.Count >= _options.QueueLimit)
        {
            requester.Busy(_options.QueueLimit, Self);
            Close(devices);
            return;
        }

        var number = ++_lastNumber;
        var id = request.Name is { } name ? new CopyJobId(name) : FreeName();
        var entry = new JobEntry(number, id, request, requester)
        {
            Devices = devices,
            AcceptedAt = Now,
            Activity = CopyActivities.Start(requester.Activity),
        };
        _jobs.Add(number, entry);
        _names.Add(entry.Id, entry);
        CopyLog.JobAccepted(_logger, entry.Id, request.Kind, request.Targets[0].Range.Count, request.Targets.Length);
        requester.Accept(entry.Id, Self);
        _queued.Enqueue(entry);
        _queuedCount++;
        StartNext();
    }

    /// <summary>A name that nobody has; who names jobs may have taken the first one that comes to mind.</summary>
    private CopyJobId FreeName()
    {
        CopyJobId name;
        do
        {
            name = new CopyJobId($"job-{++_lastName}");
        }
        while (_names.ContainsKey(name));

        return name;
    }

    private CopyRejection? Refusal(CopyRequest request)
    {
        if (_closing.IsClosing)
        {
            return Closing;
        }

        if (request.Name is { } name && !CopyJobNames.IsValid(name))
        {
            return new CopyRejection(CopyRejectionKind.Name, $"'{name}' is no name for a job: {CopyJobNames.Rule}");
        }

        if (request.Journaling is not null && (request.Name is null || _options.Journal is null))
        {
            return new CopyRejection(
                CopyRejectionKind.Journal,
                request.Name is null
                    ? "A journaled job needs a name, by which its journal knows it."
                    : "This client has no journal.");
        }

        return request.Name is { } taken && _names.ContainsKey(new CopyJobId(taken))
            ? new CopyRejection(CopyRejectionKind.Name, $"A job named '{taken}' is not over yet.")
            : CopyRequestRules.Check(request, _options.TotalPages);
    }

    private void StartNext()
    {
        while (_activeCount < _options.ActiveJobs && _queued.TryDequeue(out var entry))
        {
            if (entry is { Actor: null, IsOver: false })
            {
                Start(entry);
            }
        }
    }

    private void Start(JobEntry entry)
    {
        var request = JobRequest(entry);
        var range = request.Source?.Range ?? request.Targets[0].Range;
        var setup = new CopyJobSetup(entry.Number, entry.Id, request, Self)
        {
            Spec = new CopyJobSpec(request.Kind, range.Count, request.Targets.Length, request.Options)
            {
                SourceStart = range.Start,
            },
            AcceptedAt = entry.AcceptedAt,
            Journal = request.Journaling is null ? null : new(entry.Id, _options.Journal!, request, _logger),
            Abort = _abort.Token,
            Logger = _logger,
        };
        _queuedCount--;
        _activeCount++;
        entry.Actor = Context.ActorOf(Akka.Actor.Props.Create<JobActor>(setup).WithDispatcher(CopyDispatchers.Copy));
        Context.WatchWith(entry.Actor, new ClientWork.JobStopped(entry.Number));
        SetStallTimer(Now + _options.StallAfter);
    }

    private CopyRequest JobRequest(JobEntry entry)
    {
        var request = entry.Request! with { StartPaused = entry.IsPauseWanted };
        return request.Journaling is null
            ? request
            : request with { Options = JobJournalSetup.OptionsFor(request.Options, _options.Journal!) };
    }

    private void OnAdmitSegment(ClientWork.AdmitSegment message)
    {
        _admissions.Queue.Enter(message.Admission);
        _admissions.Pump(_granted);
    }

    private void OnGranted(Admission admission, PageLease lease)
    {
        if (!_jobs.TryGetValue(admission.Job, out var entry) || entry.Actor is null || entry.IsOver)
        {
            lease.LetGo();
            return;
        }

        entry.Leases.Add(lease);
        _leases.Add(lease, entry);
        entry.Actor.Tell(new JobMessage.SegmentAdmitted(admission.Segment, lease));
    }

    private void OnPagesReturned(ClientWork.PagesReturned message)
    {
        _admissions.Return(message.Lease);
        if (_leases.Remove(message.Lease, out var entry))
        {
            entry.Leases.Remove(message.Lease);
            TellIfQuiet(entry);
        }

        _admissions.Pump(_granted);
        CheckClosed();
    }

    private void OnWithdrawSegments(ClientWork.WithdrawSegments message)
    {
        var withdrawn = _admissions.Withdraw(message.Number);
        if (!withdrawn.IsEmpty)
        {
            Sender.Tell(new JobMessage.SegmentsWithdrawn(withdrawn));
        }

        _admissions.Pump(_granted);
    }

    private void OnThrottleDue()
    {
        _admissions.OnThrottleDue();
        _admissions.Pump(_granted);
    }

    private void OnSetThrottle(ClientMessage.SetThrottle message)
    {
        _admissions.ChangeThrottle(message);
        _admissions.Pump(_granted);
    }

    private void OnJobEnded(ClientWork.JobEnded message)
    {
        if (_jobs.TryGetValue(message.Number, out var entry) && !entry.IsOver)
        {
            // What was told to the job before this is still handled by it; after this, here.
            entry.Actor.Tell(PoisonPill.Instance);
            End(entry, message.Completed);
        }
    }

    private void OnJobStopped(ClientWork.JobStopped message)
    {
        if (!_jobs.TryGetValue(message.Number, out var entry) || entry.IsOver)
        {
            return;
        }

        CopyLog.JobCrashed(_logger, entry.Id);
        End(entry, JobEndings.Crashed(entry, Now));
    }

    /// <summary>A job is over: nothing of it is wanted any more, and whoever waits for it is told.</summary>
    private void End(JobEntry entry, CopyCompleted completed)
    {
        entry.IsOver = true;
        _queuedCount -= entry.Actor is null && entry.Request is not null ? 1 : 0;
        _activeCount -= entry.Actor is not null && !entry.IsResting ? 1 : 0;
        _admissions.Withdraw(entry.Number);
        foreach (var lease in entry.Leases)
        {
            // After a crash: the pages come back when the I/O on them is over.
            lease.LetGo();
        }

        foreach (var waiter in entry.PauseWaiters)
        {
            waiter.Tell(new ClientMessage.JobUnknown(entry.Id));
        }

        JobEndings.Observe(entry, completed, _logger);
        entry.Completed = completed;
        if (entry.Request is not null)
        {
            // The name is free again before anyone hears of the end: who does may use it at once.
            _names.Remove(entry.Id);
        }

        TellIfQuiet(entry);
        StartNext();
    }

    /// <summary>Tells of a job's end once nothing of it is in flight: then its targets are the caller's
    /// again.</summary>
    private void TellIfQuiet(JobEntry entry)
    {
        if (entry.Completed is not { } completed || entry.Leases.Count > 0)
        {
            return;
        }

        if (entry.Devices is { } devices)
        {
            CloseThen(devices, new ClientWork.DevicesClosed(entry.Number, completed));
        }
        else
        {
            _completions.Tell(new CompletionActor.Deliver(entry.Number, completed, entry.Requester));
        }
    }

    private void OnDelivered(ClientWork.Delivered message)
    {
        if (_jobs.Remove(message.Number, out var entry))
        {
            Forget(entry);
            _closing.OnJobOver(message.Number, Self);
            CheckClosed();
        }
    }
}
