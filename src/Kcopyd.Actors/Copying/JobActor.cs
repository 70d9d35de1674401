using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>Carries out one job as <see cref="CopyJobTransitions"/> decides, with a reader and writers per
/// segment.</summary>
/// <remarks>
/// A crash of a reader or writer loses its segment, which is begun again. A crash of this actor loses the segments in
/// flight; the client takes their pages back when the last I/O on them is over, and reports the job as failed.
/// </remarks>
internal sealed class JobActor : UntypedActor, ISegmentWorkers
{
    private static readonly SupervisorStrategy StopTheWorker = new OneForOneStrategy(_ => Directive.Stop);

    private readonly CopyJobSetup _setup;
    private readonly DeviceQuestions _questions;
    private readonly SegmentPipeline _pipeline;
    private readonly JobReport _report;
    private readonly Queue<CopyJobEvent> _events = new();
    private readonly bool _zeroesByCommand;
    private CopyJobState _state;
    private IActorRef? _digest;
    private bool _isRaising;
    private (bool Rests, int Pause) _toldRest;
    private int _pause;
    private bool _isStalled;
    private bool _hasIo;
    private TimeSpan _lastCompletion;

    public JobActor(CopyJobSetup setup)
    {
        _setup = setup;
        _state = CopyJobState.Create(setup.Spec);
        _pipeline = new SegmentPipeline(setup.Spec, Turns(setup.Request), this);
        _questions = new DeviceQuestions(setup.Request, setup.Abort);
        _report = new JobReport(setup, Context.System.Scheduler);

        // As in the kernel (K12): by command only if every target has one.
        _zeroesByCommand = setup.Request.Targets
            .All(target => target.Device.Geometry.Can(BlockDeviceAbilities.WriteZeroes));
    }

    /// <summary>Whether segments are begun: not while one that was given up or lost waits for the others to be over.</summary>
    private bool Proceeds => _state is { Intent: CopyIntent.Proceed, IsDraining: false };

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

        Raise(new CopyJobEvent.Started());
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
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
        GiveUpWaiting();
    }

    void ISegmentWorkers.RequestPages(Segment segment) => _setup.Client.Tell(new ClientWork.AdmitSegment(
        new(
            _setup.Number,
            segment.Index,
            SegmentRules.PagesFor(segment),
            SegmentRules.RateBytesFor(_setup.Spec, segment))));

    void ISegmentWorkers.Read(Segment segment, PageLease lease)
    {
        var options = _setup.Spec.Options;
        var read = new SegmentRead(segment, _setup.Request.Source!, lease, options.OnReadError, options.Sparse)
        {
            Abort = _setup.Abort,
        };
        Context.ActorOf(ReaderActor.PropsFor(read.Source.Device)).Tell(read);
    }

    void ISegmentWorkers.Write(Segment segment, int target, PageLease lease, bool isZero)
    {
        var content = (isZero, _zeroesByCommand) switch
        {
            (false, _) => SegmentContent.Pages,
            (true, true) => SegmentContent.ZeroesByCommand,
            _ => SegmentContent.ZeroesWritten,
        };
        var region = _setup.Request.Targets[target];
        var write = new SegmentWrite(segment, target, region, lease, content)
        {
            ValidBytes = _report.ValidBytes(segment),
            Abort = _setup.Abort,
        };
        Context.ActorOf(WriterActor.PropsFor(region.Device)).Tell(write);
    }

    void ISegmentWorkers.Compare(Segment segment, PageLease lease)
    {
        var comparison = new SegmentComparison(segment, _setup.Request.Source, _setup.Request.Targets, lease)
        {
            Abort = _setup.Abort,
        };
        Context.ActorOf(Props.Create<VerifierActor>(comparison).WithDispatcher(CopyDispatchers.Copy));
    }

    void ISegmentWorkers.Hash(Segment segment, PageLease? lease)
    {
        Digest().Tell(new DigestActor.HashSegment(segment, lease, _report.ValidBytes(segment)), Self);
    }

    TargetMask ISegmentWorkers.StillWanted(TargetMask targets) => targets.Except(_state.Dropped);

    bool ISegmentWorkers.HasFailed => _state.Intent == CopyIntent.Fail;

    void ISegmentWorkers.Count(SegmentRun run) => _report.Add(run);

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
                Sender.Tell(_report.Progress(_state, _isStalled));
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
            _report.SetFlushed(_state.LiveTargets, flushed.Failures);
        }

        Raise(answer);
    }

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
            case CopyJobEffect.FlushTargets e:
                Ask(_questions.FlushAsync(e.Targets));
                break;
            case CopyJobEffect.DropCaches e:
                Ask(_questions.DropCachesAsync(e.Targets));
                break;
            case CopyJobEffect.ConfirmDevices e:
                Ask(_questions.ConfirmAsync(e.Targets));
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

    private static TargetTurns Turns(CopyRequest request) => new(
        request.Targets.Select(target => target.Device is IInlineBlockDevice { WritesTakeTurns: true }));

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

    private IActorRef Digest()
    {
        if (_digest is null)
        {
            _digest = Context.ActorOf(Props.Create<DigestActor>().WithDispatcher(CopyDispatchers.Copy));
            Context.WatchWith(_digest, DigestLost.Instance);
        }

        return _digest;
    }

    private void FinishAfterDigest()
    {
        var isDigestWanted = _setup.Spec is { Kind: CopyJobKind.Copy, Options.Digest: true } && !_pipeline.IsDigestVoid;
        if (isDigestWanted && _state.Outcome is CopyOutcome.Completed or CopyOutcome.CompletedWithErrors)
        {
            Digest().Tell(new DigestActor.GetDigest(), Self);
        }
        else
        {
            Finish([]);
        }
    }

    private void Finish(ImmutableArray<byte> digest)
    {
        // It stays until the client has heard of it: a question that is on its way is answered, not lost.
        _setup.Client.Tell(new ClientWork.JobEnded(_setup.Number, _report.Completed(_state) with { Digest = digest }));
    }

    /// <summary>Event: the digest's actor stopped before the job did.</summary>
    private sealed class DigestLost : INoSerializationVerificationNeeded
    {
        public static readonly DigestLost Instance = new();
    }
}
