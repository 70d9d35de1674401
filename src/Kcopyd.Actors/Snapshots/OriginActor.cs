using Akka.Actor;
using Akka.Dispatch;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using Microsoft.Extensions.Logging;

namespace Kcopyd.Actors.Snapshots;

/// <summary>Owns one origin and all its snapshots: tells the machine what happens, and does what the machine says.
/// </summary>
/// <remarks>
/// <para>Decided: one actor for them all. Because: whether a write of the origin may go depends on all snapshots at the
/// same moment. Instead of: an actor for each, which would have to agree.</para>
/// <para>No data passes through it, and nothing here waits. Its copies are jobs of a client of its own, a child, so
/// that a copy onto the origin never waits for itself.</para>
/// <para>A crash of it, or of its client, closes the origin and its snapshots: every call that is not over fails. The
/// stores are as after a crash of the process.</para>
/// </remarks>
internal sealed partial class OriginActor : HandlingActor
{
    private static readonly SupervisorStrategy StopTheChild = new OneForOneStrategy(_ => Directive.Stop);

    private readonly OriginSetup _setup;
    private readonly OriginMachine _machine;
    private readonly ILogger _logger;
    private readonly MessageDispatcher _dispatcher;
    private readonly IActorRef _client;
    private readonly Dictionary<SnapshotState, SnapshotPort> _ports = [];
    private readonly List<StorageClaim> _claims;
    private readonly ICancelable _closeTimer;

    public OriginActor(OriginSetup setup)
    {
        (_setup, _machine, _logger) = (setup, setup.Machine, setup.Options.Logger);
        _dispatcher = Context.System.Dispatchers.Lookup(CopyDispatchers.Copy);
        _claims = [StorageClaim.Of(setup.Device, long.MaxValue)];
        _closeTimer = new Cancelable(Context.System.Scheduler);
        _client = Context.ActorOf(
            ClientActor.Props(SnapshotCopies.ClientOptions(setup.Options), new ClientLink()), "client");
        Context.Watch(_client);
        On<OriginWork.Submit>(OnSubmit);
        On<OriginWork.Withdraw>(OnWithdraw);
        On<OriginWork.RequestEnded>(message => _machine.Ended(message.Request, message.Succeeded));
        On<OriginWork.ReadEnded>(OnReadEnded);
        On<OriginWork.Committed>(OnCommitted);
        On<OriginWork.Marked>(OnMarked);
        On<OriginWork.BarrierFlushed>(OnBarrierFlushed);
        On<OriginWork.AreaRead>(OnAreaRead);
        On<OriginWork.MergeFlushed>(OnMergeFlushed);
        On<CopyCompleted>(OnCopyCompleted);
        On<ClientMessage.CopyRejected>(OnCopyRejected);
        On<ClientMessage.CopyAccepted>(static _ => { });
        On<OriginWork.Take>(OnTake);
        On<OriginWork.GiveBack>(message => GiveBack(message.Claim));
        On<OriginWork.Load>(OnLoad);
        On<OriginWork.Resume>(OnResume);
        On<OriginWork.Suspend>(OnSuspend);
        On<OriginWork.Leave>(message => Leave(message.Port));
        On<OriginWork.GetStatus>(OnGetStatus);
        On<OriginWork.GetCounts>(OnGetCounts);
        On<OriginWork.Resize>(OnResize);
        On<OriginWork.WaitUntilMerged>(OnWaitUntilMerged);
        On<OriginWork.SetThrottle>(
            message => _client.Tell(new ClientMessage.SetThrottle(message.BytesPerSecond, message.Percent)));
        On<OriginWork.Close>(_ => OnClose());
        On<OriginWork.CloseDue>(_ => Context.Stop(Self));
        On<WorkCrashed>(static crashed => crashed.Rethrow());
    }

    public static Props Props(OriginSetup setup) => Akka.Actor.Props.Create<OriginActor>(setup);

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => StopTheChild;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _machine.Resume(null);
        _setup.Reads.Open();
        Act();
    }

    /// <inheritdoc/>
    protected override void PostRestart(Exception reason) =>
        // There is nothing to go on from: PostStop has told everyone who waits.
        Context.Stop(Self);

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _closeTimer.CancelIfNotNull();
        _setup.Calls.Close();
        _setup.Ports.ForEach(static port => port.Calls.Close());
    }

    private void On<T>(Action<T> handler)
        where T : class => Handle<T>(message =>
        {
            (_failure, _reason) = (null, null);
            handler(message);
            Act();
            if (_isClosing)
            {
                FinishClosing();
            }
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
    }

    private void Do(OriginEffect effect)
    {
        switch (effect)
        {
            case OriginEffect.Issue issue:
                Issue((OriginRequest)issue.Request);
                break;
            case OriginEffect.Settle settle:
                Settle((OriginRequest)settle.Request, settle.Refusal);
                break;
            case OriginEffect.Fill fill:
                StartFill(fill.Copy);
                break;
            case OriginEffect.Commit commit:
                WorkPipe.Pipe(CommitAsync(_ports[commit.Snapshot].Cow, commit), Self);
                break;
            case OriginEffect.MarkInvalid mark:
                WorkPipe.Pipe(MarkAsync(_ports[mark.Snapshot].Cow, mark.Snapshot), Self);
                break;
            case OriginEffect.FlushForBarrier:
                WorkPipe.Pipe(FlushForBarrierAsync(_setup.Device), Self);
                break;
            case OriginEffect.Activated activated:
                OnActivated(activated);
                break;
            case OriginEffect.Suspended suspended:
                OnSuspended(suspended.Snapshot);
                break;
            case OriginEffect.Removed removed:
                OnRemoved(removed.Snapshot);
                break;
            case OriginEffect.ReadArea read:
                WorkPipe.Pipe(ReadAreaAsync(_ports[read.Snapshot].Cow, read), Self);
                break;
            case OriginEffect.MergeCopy copy:
                StartMerge(copy);
                break;
            case OriginEffect.Tell tell:
                Tell(_ports[tell.Snapshot], tell.Notice);
                break;
            default:
                throw new InvalidOperationException($"Nothing does {effect}.");
        }
    }

    private void Issue(OriginRequest request)
    {
        var devices = new IBlockDevice[request.Pieces.Count];
        for (var i = 0; i < devices.Length; i++)
        {
            devices[i] = request.Pieces[i].Cow is { } snapshot ? _ports[snapshot].Cow.Device : _setup.Device;
        }

        foreach (var exception in request.Owned ?? [])
        {
            exception.WriteEpoch = _ports[exception.Snapshot].Cow.Device.WriteEpoch;
        }

        request.Issue(devices, Self, _dispatcher);
    }

    private void Settle(OriginRequest request, ChunkRefusal refusal)
    {
        var name = request.Port?.Name ?? _setup.Name;
        request.End.Settle(SnapshotRefusals.FailureOf(name, request, refusal), _dispatcher);
    }

    private void OnSubmit(OriginWork.Submit message)
    {
        var request = message.Request;
        if (request.Port is { IsReplaced: true } port)
        {
            request.End.Settle(SnapshotRefusals.Replaced(port.Name, request.Operation), _dispatcher);
        }
        else
        {
            _machine.Submit(request);
        }
    }

    private void OnWithdraw(OriginWork.Withdraw message)
    {
        if (_machine.TryWithdraw(message.Request))
        {
            message.Request.End.Settle(new OperationCanceledException(message.Token), _dispatcher);
        }
    }

    private void OnReadEnded(OriginWork.ReadEnded message)
    {
        if (message.Snapshot is { } snapshot)
        {
            _machine.ReadEnded(snapshot);
        }
        else
        {
            FinishSuspending();
        }
    }

    private static async Task<OriginWork.BarrierFlushed> FlushForBarrierAsync(IBlockDevice device)
    {
        try
        {
            if (!device.Geometry.IsReadOnly)
            {
                await device.FlushAsync(device.WriteEpoch, CancellationToken.None).ConfigureAwait(false);
            }

            return new OriginWork.BarrierFlushed(null);
        }
        catch (DeviceException failure)
        {
            return new OriginWork.BarrierFlushed(failure);
        }
    }

    private void Tell(SnapshotPort port, SnapshotNotice notice)
    {
        SnapshotLog.Noticed(_logger, port.Name, notice);
        port.Notices?.Tell(notice);
        switch (notice)
        {
            case SnapshotNotice.Merged:
                FinishMergeWaits(port);
                break;
            case SnapshotNotice.MergeFailed failed:
                port.MergeFailure = SnapshotRefusals.ReasonOf(failed.Why, _reason);
                FinishMergeWaits(port);
                break;
            case SnapshotNotice.Invalidated:
                port.MergeFailure = SnapshotRefusals.IsInvalid;
                FinishMergeWaits(port);
                SnapshotMetrics.Invalidated.Add(1);
                break;
        }
    }
}
