using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <content>Snapshots that are loaded and resumed.</content>
internal sealed partial class OriginActor
{
    private readonly Dictionary<SnapshotState, Answer<bool>> _untilActive = [];
    private StorageClaim? _takenForMerge;

    /// <summary>What failed in the message that is being handled; null: no device.</summary>
    private DeviceException? _failure;

    /// <summary>Refuses what can be known now: after it, a new store may be written to the device.</summary>
    private void OnTake(OriginWork.Take message)
    {
        if (_isClosing)
        {
            message.Answer.Refuse(SnapshotRefusals.Closed(_setup.Name));
            return;
        }

        var taking = message.Taking;
        if (WhyNot(taking) is { } why)
        {
            message.Answer.Refuse(why);
            return;
        }

        try
        {
            StorageClaim.Check(taking.Claim, _claims);
        }
        catch (DeviceException refusal)
        {
            message.Answer.Refuse(refusal);
            return;
        }

        _claims.Add(taking.Claim);
        _takenForMerge = taking.IsMerge ? taking.Claim : _takenForMerge;
        message.Answer.Give(true);
    }

    private void GiveBack(StorageClaim claim)
    {
        _claims.Remove(claim);
        _takenForMerge = _takenForMerge == claim ? null : _takenForMerge;
    }

    private InvalidOperationException? WhyNot(SnapshotTaking taking) => taking switch
    {
        { IsMerge: true } when HasMerge(taking.Claim) => SnapshotRefusals.AlreadyMerging(_setup.Name),
        { BeginsNow: true } when IsMergeUnderWay(null) =>
            SnapshotRefusals.NotBeforeMerged(taking.Name, _setup.Name),
        _ => null,
    };

    /// <summary>Whether another snapshot is to be merged, or is loaded for that.</summary>
    private bool HasMerge(StorageClaim own) =>
        (_takenForMerge is { } taken && taken != own) || _setup.Ports.Exists(static port => port.IsMerge);

    private void OnLoad(OriginWork.Load message)
    {
        var port = message.Port;
        if (_isClosing)
        {
            message.Answer.Refuse(SnapshotRefusals.Closed(_setup.Name));
            return;
        }

        if (WhyNot(port) is { } refusal)
        {
            message.Answer.Refuse(refusal);
            return;
        }

        _takenForMerge = _takenForMerge == port.Cow.Claim ? null : _takenForMerge;
        _setup.Ports = _setup.Ports.Add(port);
        if (port.Options.OnNotice is { } callback)
        {
            port.Notices = Context.ActorOf(NoticeActor<SnapshotNotice>.Props(
                callback, e => SnapshotLog.CallbackFailed(_logger, e, port.Name)));
        }

        if (message.State is { } state)
        {
            port.State = state;
            _ports.Add(state, port);
            _machine.Add(state);
        }

        message.Answer.Give(true);
    }

    private InvalidOperationException? WhyNot(SnapshotPort port)
    {
        var predecessor = port.Predecessor;
        if (predecessor is not null
            && (predecessor.IsMerge || predecessor.IsReplaced || IsGoing(predecessor)))
        {
            return SnapshotRefusals.CannotSucceed(predecessor.Name);
        }

        if (port.IsMerge && HasMerge(port.Cow.Claim))
        {
            return SnapshotRefusals.AlreadyMerging(_setup.Name);
        }

        return predecessor is not null && _setup.Ports.Exists(other => other.Predecessor == predecessor)
            ? SnapshotRefusals.AlreadySucceeded(predecessor.Name)
            : null;
    }

    private void OnResume(OriginWork.Resume message)
    {
        if (message.Port is not { } port)
        {
            ResumeOrigin(message.Answer);
        }
        else if (_isClosing || port.IsReplaced || IsGoing(port))
        {
            message.Answer.Refuse(SnapshotRefusals.Closed(port.Name));
        }
        else if (port.Predecessor is { } predecessor)
        {
            TakeOver(port, predecessor, message.Answer);
        }
        else if (port.State!.Phase != DevicePhase.Suspended || _untilActive.ContainsKey(port.State))
        {
            message.Answer.Refuse(SnapshotRefusals.NotSuspended(port.Name));
        }
        else if (_setup.Ports.Exists(other => other.Predecessor == port))
        {
            message.Answer.Refuse(SnapshotRefusals.HasSuccessor(port.Name));
        }
        else
        {
            Activate(port, message.Answer);
        }
    }

    private bool IsGoing(SnapshotPort port) => _leaving.Contains(port) || !_setup.Ports.Contains(port);

    private void Activate(SnapshotPort port, Answer<bool> answer)
    {
        var state = port.State!;
        if (state.IsActive && state.IsMerging == port.IsMerge)
        {
            _machine.Resume(state);
            answer.Give(true);
        }
        else if (!state.IsActive && IsMergeUnderWay(port))
        {
            answer.Refuse(SnapshotRefusals.NotBeforeMerged(port.Name, _setup.Name));
        }
        else
        {
            _untilActive.Add(state, answer);
            _machine.Activate(state, port.IsMerge);
        }
    }

    /// <remarks>Decided: no snapshot begins while another is merged. Because: the device underneath is neither what the
    /// origin was nor what it will be, and a snapshot shows it. Instead of: one more place for reads to look at.
    /// </remarks>
    private bool IsMergeUnderWay(SnapshotPort? port) => _setup.Ports.Exists(other =>
        other is { IsMerge: true, State: { } state }
        && other != port
        && (state.IsMerging || _untilActive.ContainsKey(state))
        && state is { IsValid: true, Map.Count: > 0 });

    /// <summary>A successor gets the table of exceptions and the store, and its predecessor shows nothing any
    /// more.</summary>
    private void TakeOver(SnapshotPort port, SnapshotPort predecessor, Answer<bool> answer)
    {
        var state = predecessor.State;
        if (IsGoing(predecessor))
        {
            answer.Refuse(SnapshotRefusals.CannotSucceed(predecessor.Name));
            return;
        }

        if (state is null || state.Phase != DevicePhase.Suspended || _untilActive.ContainsKey(state))
        {
            answer.Refuse(SnapshotRefusals.SourceNotSuspended(predecessor.Name));
            return;
        }

        (predecessor.State, predecessor.IsReplaced) = (null, true);
        (port.State, port.Predecessor) = (state, null);
        _ports[state] = port;
        _machine.HandOver(state, port.Table.Store!, port.Options.Policy);
        _dispatcher.Schedule(() => port.Loaded.TrySetResult());
        Activate(port, answer);
    }

    private void OnActivated(OriginEffect.Activated activated)
    {
        var state = activated.Snapshot;
        var port = _ports[state];
        _untilActive.Remove(state, out var answer);
        if (!activated.Succeeded)
        {
            answer!.Refuse(SnapshotRefusals.NotBegun(port.Name, _failure));
            OnSuspended(state);
            return;
        }

        if (port.IsMerge)
        {
            _setup.Epochs.Begin(port.Cow.Device);
            _setup.MergedCow = port.Cow.Device;
        }

        _setup.PartBytes = PartBytes();
        _machine.Resume(state);
        SnapshotLog.Resumed(_logger, port.Name, state.Status.ToString());
        answer!.Give(true);
        if (_leaving.Contains(port) || _isClosing || _untilSuspended.ContainsKey(port))
        {
            _machine.Suspend(state);
        }
    }

    private void OnBarrierFlushed(OriginWork.BarrierFlushed message)
    {
        Note(_setup.Name, message.Failure);
        _machine.BarrierFlushed(message.Failure is null);
    }
}
