using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Actor;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>Carries out one job as <see cref="CopyJobTransitions"/> decides, with a reader and writers per
/// segment.</summary>
/// <remarks>
/// A crash of a reader or writer loses its segment, which is begun again. A crash of this actor loses the segments in
/// flight; the client takes their pages back when the last I/O on them is over, and reports the job as failed.
/// </remarks>
internal sealed partial class JobActor : UntypedActor, ISegmentWorkers, IJournaledJob
{
    private static readonly SupervisorStrategy StopTheWorker = new OneForOneStrategy(_ => Directive.Stop);

    private readonly CopyJobSetup _setup;
    private readonly DeviceQuestions _questions;
    private readonly JobReport _report;
    private readonly SegmentActors _actors;
    private readonly JobJournal? _journal;
    private readonly Queue<CopyJobEvent> _events = new();
    private SegmentPipeline _pipeline;
    private CopyJobState _state;
    private bool _isRaising;
    private bool _hasBegun;
    private (bool Rests, int Pause) _toldRest;
    private int _pause;
    private bool _isStalled;
    private bool _hasIo;
    private TimeSpan _lastCompletion;

    public JobActor(CopyJobSetup setup)
    {
        _setup = setup;
        _state = CopyJobState.Create(setup.Spec);
        _pipeline = new SegmentPipeline(setup.Spec, this);
        _questions = new DeviceQuestions(setup.Request, setup.Abort);
        _report = new JobReport(setup, Context.System.Scheduler);
        _actors = new SegmentActors(setup, _report, Context);
        _journal = setup.Journal is { } journal ? new JobJournal(journal, this, Context) : null;
    }

    /// <summary>Whether segments are begun: not while one that was given up or lost waits for the others to be
    /// over.</summary>
    private bool Proceeds => _state is { Intent: CopyIntent.Proceed, IsDraining: false } && MayWrite;

    private bool MayWrite => _state.Hold != CopyHold.Writes;

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => StopTheWorker;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        if (_setup.Request.StartPaused)
        {
            Raise(new CopyJobEvent.PauseRequested());
        }

        if (_journal is null)
        {
            Raise(new CopyJobEvent.Started());
        }
        else
        {
            _journal.Open();
        }
    }

    /// <inheritdoc/>
    protected override void PostStop() => _journal?.Dispose();

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        _journal?.CheckLease();
        Handle(message);
        GiveUpWaiting();
        _journal?.Turn();
    }

    private void Handle(object message)
    {
        switch (message)
        {
            case JournalMessage.Flushed m:
                OnFlushed(m);
                break;
            case JournalMessage m:
                _journal!.OnMessage(m);
                return;
            case JobMessage.SegmentAdmitted m:
                BeginIo();
                _pipeline.OnAdmitted(m.Index, m.Lease, Proceeds);
                break;
            case JobMessage.SegmentRead m:
                _pipeline.OnRead(m.Index, m.Attempt, m.Result);
                break;
            case JobMessage.SegmentWritten m:
                OnSegmentWritten(m);
                break;
            case JobMessage.SegmentHashed m:
                _pipeline.OnHashed(m.Index, m.Attempt);
                break;
            case JobMessage.SegmentCompared m:
                _pipeline.OnCompared(m.Index, m.Attempt, m.Result);
                break;
            case JobMessage.WorkerLost m:
                OnWorkerLost(m);
                break;
            case JobMessage.SegmentsWithdrawn m:
                OnSegmentsWithdrawn(m);
                break;
            case JobMessage.Answered m:
                OnAnswered(m.Event);
                break;
            case DigestActor.Digest m:
                Finish(m.Value);
                break;
            case WorkCrashed m:
                m.Rethrow();
                break;
            case DigestLost:
                throw new InvalidOperationException("The digest's actor failed: what it had computed is lost.");
            default:
                OnControl(message);
                return;
        }

        OnProgress(message);
    }

    void ISegmentWorkers.RequestPages(Segment segment) => _setup.Client.Tell(new ClientWork.AdmitSegment(
        new(
            _setup.Number,
            segment.Index,
            SegmentRules.PagesFor(segment),
            SegmentRules.RateBytesFor(_setup.Spec, segment))));

    void ISegmentWorkers.Read(Segment segment, PageLease lease) => _actors.Read(segment, lease);

    void ISegmentWorkers.Write(Segment segment, int target, PageLease lease, bool isZero) =>
        _actors.Write(segment, target, lease, isZero);

    void ISegmentWorkers.Compare(Segment segment, PageLease lease) => _actors.Compare(segment, lease);

    void ISegmentWorkers.Hash(Segment segment, PageLease? lease) => _actors.Hash(segment, lease);

    TargetMask ISegmentWorkers.StillWanted(TargetMask targets) => targets.Except(_state.Dropped);

    bool ISegmentWorkers.HasFailed => _state.Intent == CopyIntent.Fail;

    bool ISegmentWorkers.MayWrite => MayWrite;

    bool ISegmentWorkers.ZeroesByCommand => _actors.ZeroesByCommand;

    void ISegmentWorkers.Count(SegmentRun run)
    {
        _report.Add(run);
        _journal?.AddWritten(run);
    }

    void ISegmentWorkers.Raise(CopyJobEvent happened) => Raise(happened);

    private void OnControl(object message)
    {
        switch (message)
        {
            case JobMessage.Pause m:
                _pause = m.Number;
                Raise(new CopyJobEvent.PauseRequested());
                break;
            case JobMessage.Resume:
                Raise(new CopyJobEvent.ResumeRequested());
                break;
            case JobMessage.Cancel:
                Raise(new CopyJobEvent.CancelRequested());
                break;
            case JobMessage.GetProgress:
                Sender.Tell(_report.Progress(_state, _isStalled) with
                {
                    HoldReason = _journal?.HoldReason,
                    Notices = _journal?.Notices ?? [],
                });
                break;
            case JobMessage.CheckStall m:
                OnCheckStall(m.After);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>The time without a completion begins when the first I/O does.</summary>
    private void BeginIo()
    {
        if (!_hasIo)
        {
            _hasIo = true;
            _lastCompletion = Now;
        }
    }

    private void OnProgress(object message)
    {
        _hasIo = _pipeline.IsAtWork || _state.IsAwaiting;
        if (message is not (JobMessage.SegmentAdmitted or JobMessage.SegmentsWithdrawn))
        {
            _isStalled = false;
            _lastCompletion = Now;
        }
    }

    private void OnCheckStall(TimeSpan after)
    {
        var due = (_hasIo ? _lastCompletion : Now) + after;
        if (due <= Now)
        {
            due = Now + after;
            if (!_isStalled)
            {
                _isStalled = true;
                CopyLog.JobStalled(_setup.Logger, _setup.Id, _state.InFlight);
            }
        }

        _setup.Client.Tell(new ClientWork.StallChecked(due));
    }

    private void OnSegmentWritten(JobMessage.SegmentWritten message)
    {
        if (message.Failure is not null)
        {
            CopyLog.WriteFailed(_setup.Logger, _setup.Id, message.Target, message.Failure.Reason);
        }

        _pipeline.OnWritten(message.Index, message.Attempt, message.Target, message.Bytes, message.Failure);
    }

    private void OnWorkerLost(JobMessage.WorkerLost message)
    {
        CopyLog.WorkerLost(_setup.Logger, _setup.Id, message.Index, message.Attempt);
        _pipeline.OnWorkerLost(message.Index, message.Attempt, message.Target);
    }

    private void OnSegmentsWithdrawn(JobMessage.SegmentsWithdrawn message)
    {
        foreach (var index in message.Indexes)
        {
            _pipeline.OnWithdrawn(index);
        }
    }

    private void OnAnswered(CopyJobEvent answer)
    {
        if (answer is CopyJobEvent.TargetsFlushed flushed)
        {
            _report.Totals.EndFlush(Failed(flushed.Failures));
        }

        Raise(answer);
    }

    private static TargetMask Failed(ImmutableArray<CopyFailure> failures) =>
        failures.Aggregate(TargetMask.None, (mask, failure) => mask.With(failure.Target!.Value));

    /// <summary>Applies an event and all that follow from it, one after the other.</summary>
    private void Raise(CopyJobEvent happened)
    {
        _events.Enqueue(happened);
        if (_isRaising)
        {
            return;
        }

        _isRaising = true;
        while (_events.TryDequeue(out var next))
        {
            Apply(next);
            GiveUpWaiting();
        }

        _isRaising = false;
        TellIfRests();
    }

    private void Apply(CopyJobEvent happened)
    {
        var (next, effects) = CopyJobTransitions.Apply(_state, happened);
        _state = next;
        _hasBegun |= happened is CopyJobEvent.Started;
        foreach (var effect in effects)
        {
            Run(effect);
        }
    }

    private void Run(CopyJobEffect effect)
    {
        switch (effect)
        {
            case CopyJobEffect.StartSegment e:
                _pipeline.Start(e.Segment);
                break;
            case CopyJobEffect.WithdrawRequests:
                _setup.Client.Tell(new ClientWork.WithdrawSegments(_setup.Number));
                break;
            case CopyJobEffect.AskStatus e:
                Ask(_questions.StatusAsync(e.Range));
                break;
            case CopyJobEffect.FlushTargets when _journal is not null:
                _journal.Settle();
                break;
            case CopyJobEffect.FlushTargets e:
                _report.Totals.BeginFlush(e.Targets);
                Ask(_questions.FlushAsync(e.Targets));
                break;
            case CopyJobEffect.DropCaches e:
                Ask(_questions.DropCachesAsync(e.Targets));
                break;
            case CopyJobEffect.ConfirmDevices e:
                Ask(_questions.ConfirmAsync(e.Targets));
                break;
            case CopyJobEffect.Finish when _journal is not null:
                _journal.End(_state);
                break;
            case CopyJobEffect.Finish:
                FinishAfterDigest();
                break;
            default:
                throw new UnreachableException($"{effect}");
        }
    }

    private void Ask(Task<CopyJobEvent> question)
    {
        BeginIo();
        WorkPipe.Pipe(Answer(question), Self);
    }

    private static async Task<JobMessage.Answered> Answer(Task<CopyJobEvent> question) =>
        new(await question.ConfigureAwait(false));

    private void GiveUpWaiting()
    {
        if (!Proceeds)
        {
            _pipeline.GiveUpWaiting();
        }
    }

    private void TellIfRests()
    {
        var rest = (_state.IsPaused, _pause);
        var isNews = rest != _toldRest && (_state.IsPaused || _toldRest.Rests);
        if (isNews && _state.Phase != CopyPhase.Ended)
        {
            _toldRest = rest;
            _setup.Client.Tell(new ClientWork.JobRests(_setup.Number, _state.IsPaused, _pause));
        }
    }

    private void FinishAfterDigest()
    {
        var isDigestWanted = _state.Spec is { Kind: CopyJobKind.Copy, Options.Digest: true } && !_pipeline.IsDigestVoid;
        if (isDigestWanted && _state.Outcome is CopyOutcome.Completed or CopyOutcome.CompletedWithErrors)
        {
            _actors.AskDigest();
        }
        else
        {
            Finish([]);
        }
    }

    private void Finish(ImmutableArray<byte> digest)
    {
        // It stays until the client has heard of it: a question that is on its way is answered, not lost.
        var completed = _report.Completed(_state) with
        {
            HasBegun = _hasBegun,
            Digest = digest,
            Notices = _journal?.Notices ?? [],
        };
        _setup.Client.Tell(new ClientWork.JobEnded(_setup.Number, completed));
    }
}
