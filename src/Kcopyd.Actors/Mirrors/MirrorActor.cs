using Akka.Actor;
using Akka.Dispatch;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Mirrors;
using Microsoft.Extensions.Logging;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Owns the regions of one mirror: tells its machine what happens, and does what the machine says.</summary>
/// <remarks>
/// <para>No data passes through it, and nothing here waits. Its recoveries are copies of a client of its own, a child,
/// so that a copy onto the mirror never waits for itself.</para>
/// <para>A crash of it, or of its client, ends the mirror: every request that is not over fails, and what was written
/// without an answer is dirty in the log.</para>
/// </remarks>
internal sealed partial class MirrorActor : HandlingActor
{
    private static readonly SupervisorStrategy StopTheChild = new OneForOneStrategy(_ => Directive.Stop);

    private readonly MirrorSetup _setup;
    private readonly MirrorMachine _machine;
    private readonly IRegionLog _log;
    private readonly MirrorLegs _legs;
    private readonly MirrorOptions _options;
    private readonly ILogger _logger;
    private readonly MessageDispatcher _dispatcher;
    private readonly MirrorTimers _timers;
    private readonly IActorRef _client;
    private readonly IActorRef? _notices;
    private readonly List<Answer<bool>> _untilInSync = [];
    private readonly List<Answer<bool>> _untilSuspended = [];
    private long _countedOutOfSync;
    private bool _isClosing;

    public MirrorActor(MirrorSetup setup)
    {
        (_setup, _machine, _log, _legs) = (setup, setup.Machine, setup.Log, setup.Legs);
        (_options, _logger) = (setup.Options, setup.Options.Logger);
        _specs = [.. setup.Table.Legs];
        _reasons = new string?[_specs.Length];
        _recoveryRate = _options.RecoveryRate;
        _pace = new RecoveryPace(_options.Recoveries, _options.RecoveryYields);
        _dispatcher = Context.System.Dispatchers.Lookup(CopyDispatchers.Copy);
        _timers = new MirrorTimers(Context.System.Scheduler, Self);
        _client = Context.ActorOf(ClientActor.Props(MirrorWorks.ClientOptions(_options), new ClientLink()), "client");
        Context.Watch(_client);
        _notices = _options.OnNotice is { } callback
            ? Context.ActorOf(
                NoticeActor<MirrorNotice>.Props(callback, e => MirrorLog.CallbackFailed(_logger, e, setup.Name)),
                "notices")
            : null;
        On<MirrorWork.Submit>(message => _machine.Submit(message.Request));
        On<MirrorWork.Withdraw>(OnWithdraw);
        On<MirrorWork.RequestEnded>(OnRequestEnded);
        On<MirrorWork.RequestFlushed>(OnRequestFlushed);
        On<MirrorWork.ReadFailed>(OnReadFailed);
        On<MirrorWork.Committed>(OnCommitted);
        On<MirrorWork.LegsFlushed>(OnLegsFlushed);
        On<CopyCompleted>(OnCopyCompleted);
        On<ClientMessage.CopyRejected>(OnCopyRejected);
        On<ClientMessage.CopyAccepted>(static _ => { });
        OnTimer<MirrorWork.CleanDue>(_machine.CleanDue);
        OnTimer<MirrorWork.RetryDue>(_machine.RetryDue);
        OnTimer<MirrorWork.SampleDue>(OnSampleDue);
        OnTimer<MirrorWork.RestOver>(OnRestOver);
        OnTimer<MirrorWork.SaveDue>(SaveTable);
        On<MirrorWork.TableSaved>(OnTableSaved);
        On<MirrorWork.GetStatus>(message => message.Answer.Give(Status()));
        On<MirrorWork.GetCounts>(message => message.Answer.Give(Counts()));
        On<MirrorWork.GetFailures>(message => message.Answer.Give(Failures()));
        On<MirrorWork.WaitUntilInSync>(OnWaitUntilInSync);
        On<MirrorWork.Suspend>(OnSuspend);
        On<MirrorWork.Resume>(OnResume);
        On<MirrorWork.Rewritten>(OnRewritten);
        On<MirrorWork.Replace>(OnReplace);
        On<MirrorWork.Check>(OnCheck);
        On<MirrorWork.SetRecoveryRate>(OnSetRecoveryRate);
        On<MirrorWork.Close>(_ => OnClose());
        On<MirrorWork.CloseDue>(_ => Context.Stop(Self));
        On<WorkCrashed>(static crashed => crashed.Rethrow());
    }

    public static Props Props(MirrorSetup setup) => Akka.Actor.Props.Create<MirrorActor>(setup);

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => StopTheChild;

    /// <inheritdoc/>
    protected override void PreStart() => Run();

    /// <inheritdoc/>
    protected override void PostRestart(Exception reason) =>
        // There is nothing to go on from: PostStop has told everyone who waits.
        Context.Stop(Self);

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _timers.CancelAll();
        Count(0);
        _setup.Link.Calls.Close();
    }

    private void On<T>(Action<T> handler)
        where T : class => Handle<T>(message =>
        {
            handler(message);
            Act();
        });

    private void OnTimer<T>(Action handler)
        where T : MirrorWork =>
        On<T>(_ =>
        {
            _timers.Ended<T>();
            handler();
        });

    /// <summary>Does what the machine says, until it says nothing more.</summary>
    private void Act()
    {
        for (var effects = _machine.Take(); effects.Count > 0; effects = _machine.Take())
        {
            foreach (var effect in effects)
            {
                Do(effect);
            }
        }

        Count(_machine.Contents.RegionCount - _machine.Contents.InSync.SetCount);
    }

    private void Count(long outOfSync)
    {
        if (outOfSync != _countedOutOfSync)
        {
            MirrorMetrics.RegionsOutOfSync.Add(outOfSync - _countedOutOfSync);
            _countedOutOfSync = outOfSync;
        }
    }

    private void Do(MirrorEffect effect)
    {
        switch (effect)
        {
            case MirrorEffect.Issue issue:
                Issue((MirrorRequest)issue.Request);
                break;
            case MirrorEffect.Settle settle:
                Settle((MirrorRequest)settle.Request, settle.Verdict);
                break;
            case MirrorEffect.Commit commit:
                WorkPipe.Pipe(CommitAsync(commit.Changes), Self);
                break;
            case MirrorEffect.FlushLegs:
                WorkPipe.Pipe(FlushLegsAsync(), Self);
                break;
            case MirrorEffect.Start start:
                StartWork(start.Work);
                break;
            case MirrorEffect.Drop drop:
                OnDropped(drop.Work);
                OnReleased();
                break;
            case MirrorEffect.CleanLater:
                _timers.Start<MirrorWork.CleanDue>(_options.CleanDelay);
                break;
            case MirrorEffect.RetryLater:
                _timers.Start<MirrorWork.RetryDue>(_options.RetryDelay);
                break;
            case MirrorEffect.Tell tell:
                Tell(tell.Notice);
                break;
            case MirrorEffect.Suspended:
                OnSuspended();
                break;
            default:
                throw new InvalidOperationException($"Nothing does {effect}.");
        }
    }

    private void Issue(MirrorRequest request)
    {
        if (request.Kind == RegionRequestKind.Flush)
        {
            WorkPipe.Pipe(FlushForAsync(request), Self);
        }
        else
        {
            request.Issue(_legs.Current, Self, _dispatcher);
        }
    }

    private async Task<MirrorWork.Committed> CommitAsync(LogCommit changes)
    {
        try
        {
            await _log.CommitAsync(changes).ConfigureAwait(false);
            return new MirrorWork.Committed(changes.Number, null);
        }
        catch (MirrorLogException failure)
        {
            return new MirrorWork.Committed(changes.Number, failure);
        }
    }

    private async Task<MirrorWork.LegsFlushed> FlushLegsAsync()
    {
        var (failed, failure) = await _legs.FlushAsync().ConfigureAwait(false);
        return new MirrorWork.LegsFlushed(failed, failure);
    }

    private async Task<MirrorWork.RequestFlushed> FlushForAsync(MirrorRequest request)
    {
        var (failed, failure) = await _legs.FlushAsync().ConfigureAwait(false);
        return new MirrorWork.RequestFlushed(request, failed, failure);
    }

    private void OnWithdraw(MirrorWork.Withdraw message)
    {
        if (_machine.TryWithdraw(message.Request))
        {
            message.Request.End.Settle(new OperationCanceledException(message.Token), _dispatcher);
        }
    }

    private void OnRequestEnded(MirrorWork.RequestEnded message)
    {
        if (message.Request.Kind == RegionRequestKind.Write)
        {
            var failed = message.Failed.Aggregate(LegMask.None, (all, some) => all.Or(some));
            LogFailures(failed, LegErrors.Write, message.Request.Failure);
        }

        _machine.Ended(message.Request, message.Failed);
    }

    private void OnRequestFlushed(MirrorWork.RequestFlushed message)
    {
        LogFailures(message.Failed, LegErrors.Flush, message.Failure);
        message.Request.Blame(message.Failure);
        _machine.Ended(message.Request, [message.Failed]);
    }

    private void OnReadFailed(MirrorWork.ReadFailed message)
    {
        var (index, leg) = message.Failed;
        MirrorMetrics.CountErrors(LegMask.Of(index), LegErrors.Read);
        message.Next.Give(_machine.ReadFailed(
            index, message.Regions, message.Range, message.Tried, isReplaced: _legs.Current[index] != leg));
    }

    private void OnCommitted(MirrorWork.Committed message)
    {
        if (message.Failure is { } failure)
        {
            LogFailure(failure);
        }

        _machine.Committed(message.Number, message.Failure is null);
        FinishReplacements();
        if (_machine.IsLogIdle)
        {
            _untilCommitted.ForEach(waiting => Self.Tell(waiting, ActorRefs.NoSender));
            _untilCommitted.Clear();
        }
    }

    private void OnLegsFlushed(MirrorWork.LegsFlushed message)
    {
        LogFailures(message.Failed, LegErrors.Flush, message.Failure);
        _machine.LegsFlushed(message.Failed);
    }

    private void Tell(MirrorNotice notice)
    {
        MirrorLog.Noticed(_logger, _setup.Name, notice);
        _notices?.Tell(notice);
        switch (notice)
        {
            case MirrorNotice.DefaultChanged:
                KeepTable();
                break;
            case MirrorNotice.LegRepaired:
                MirrorMetrics.Repairs.Add(1);
                break;
            case MirrorNotice.InSync:
                OnInSync();
                break;
        }
    }

    private void OnInSync()
    {
        _untilInSync.ForEach(answer => answer.Give(true));
        _untilInSync.Clear();

        // Whoever waited for it wants it in the log.
        _machine.CleanDue();
    }

    private void OnWaitUntilInSync(MirrorWork.WaitUntilInSync message)
    {
        if (_machine.Contents.IsInSync)
        {
            message.Answer.Give(true);
        }
        else
        {
            _untilInSync.Add(message.Answer);
        }
    }
}
