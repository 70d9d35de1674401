using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Actors.Snapshots;

/// <content>Suspending, leaving and closing.</content>
internal sealed partial class OriginActor
{
    /// <summary>The longest part of a change of the origin: chunks of the smallest size.</summary>
    private const long MaxPartChunks = 256;

    private const long MaxPartBytes = 1024 * 1024;

    private readonly Dictionary<SnapshotPort, List<Answer<bool>>> _untilSuspended = [];
    private readonly List<Answer<bool>> _untilOriginSuspended = [];
    private readonly HashSet<SnapshotPort> _leaving = [];
    private bool _isDrained;
    private bool _isClosing;

    /// <summary>The longest part of a change of chunks; unit: bytes.</summary>
    public static long PartBytesOf(CowLayout layout) => Math.Min(MaxPartBytes, MaxPartChunks * layout.ChunkBytes);

    private long PartBytes() => _machine.Snapshots.Count == 0
        ? long.MaxValue
        : _machine.Snapshots.Min(static snapshot => PartBytesOf(snapshot.Layout));

    private void ResumeOrigin(Answer<bool> answer)
    {
        if (_machine.Phase != DevicePhase.Suspended || !_isDrained || _isClosing)
        {
            answer.Refuse(SnapshotRefusals.NotSuspended(_setup.Name));
            return;
        }

        _isDrained = false;
        _machine.Resume(null);
        _setup.Reads.Open();
        answer.Give(true);
    }

    private void OnSuspend(OriginWork.Suspend message)
    {
        if (message.Port is null)
        {
            SuspendOrigin(message.Answer);
        }
        else if (message.Port.State is not { } state
            || (state.Phase == DevicePhase.Suspended && !_untilActive.ContainsKey(state)))
        {
            message.Answer.Give(true);
        }
        else
        {
            if (!_untilSuspended.TryGetValue(message.Port, out var waiting))
            {
                waiting = [];
                _untilSuspended.Add(message.Port, waiting);
            }

            waiting.Add(message.Answer);
            if (state.Phase == DevicePhase.Running)
            {
                _machine.Suspend(state);
            }
        }
    }

    private void SuspendOrigin(Answer<bool>? answer)
    {
        if (answer is not null)
        {
            _untilOriginSuspended.Add(answer);
        }

        if (_machine.Phase == DevicePhase.Running)
        {
            _setup.Reads.Close();
            _machine.Suspend(null);
        }
        else
        {
            FinishSuspending();
        }
    }

    private void OnSuspended(SnapshotState? state)
    {
        if (state is null)
        {
            FinishSuspending();
            return;
        }

        var port = _ports[state];
        SnapshotLog.Suspended(_logger, port.Name);
        if (_untilSuspended.Remove(port, out var waiting))
        {
            waiting.ForEach(static answer => answer.Give(true));
        }

        if (_leaving.Contains(port))
        {
            _machine.Remove(state);
        }

        FinishClosing();
    }

    /// <summary>The machine knows of changes; reads pass it by.</summary>
    private void FinishSuspending()
    {
        if (_machine.Phase != DevicePhase.Suspended || !_setup.Reads.Close())
        {
            return;
        }

        _isDrained = true;
        _untilOriginSuspended.ForEach(static answer => answer.Give(true));
        _untilOriginSuspended.Clear();
        FinishClosing();
    }

    private void Leave(SnapshotPort port)
    {
        if (!_setup.Ports.Contains(port) || !_leaving.Add(port))
        {
            return;
        }

        if (port.State is not { } state)
        {
            Forget(port);
        }
        else if (state.Phase == DevicePhase.Running)
        {
            _machine.Suspend(state);
        }
        else if (state.Phase == DevicePhase.Suspended && !_untilActive.ContainsKey(state))
        {
            _machine.Remove(state);
        }
    }

    private void OnRemoved(SnapshotState state)
    {
        _ports.Remove(state, out var port);
        if (port!.IsMerge)
        {
            _setup.Epochs.End();
            _setup.MergedCow = null;
        }

        _setup.PartBytes = PartBytes();
        Forget(port);
    }

    /// <summary>A successor that never took over has lost what it was to take.</summary>
    private void Forget(SnapshotPort port)
    {
        _leaving.Remove(port);
        _setup.Ports = _setup.Ports.Remove(port);
        _mergedChunks.Remove(port);
        _untilMerged.Remove(port);
        if (port is { IsReplaced: false, Predecessor: null })
        {
            GiveBack(port.Cow.Claim);
        }

        // What was told before is heard.
        port.Notices?.Tell(PoisonPill.Instance);
        port.Calls.Close();
        foreach (var successor in _setup.Ports.Where(other => other.Predecessor == port).ToArray())
        {
            Leave(successor);
        }
    }

    private void OnGetStatus(OriginWork.GetStatus message)
    {
        if (message.Port.State is { } state)
        {
            message.Answer.Give(state.Status);
        }
        else
        {
            // Before it took over it has nothing to say yet, afterwards nothing any more.
            message.Answer.Give(new SnapshotStatus(true, false, false, 0, 0, 0));
        }
    }

    private void OnGetCounts(OriginWork.GetCounts message)
    {
        var state = message.Port.State;
        message.Answer.Give(new SnapshotCounts(
            state?.Map.Count ?? 0, state?.PendingCount ?? 0, _mergedChunks.GetValueOrDefault(message.Port)));
    }

    private void OnResize(OriginWork.Resize message)
    {
        if (message.Port.State is not { } state)
        {
            message.Answer.Refuse(SnapshotRefusals.Closed(message.Port.Name));
            return;
        }

        _machine.Resize(state, message.CowSectors);
        message.Answer.Give(true);
    }

    private void OnClose()
    {
        if (_isClosing)
        {
            return;
        }

        _isClosing = true;
        Context.System.Scheduler.ScheduleTellOnce(
            _setup.Options.DisposeTimeout, Self, new OriginWork.CloseDue(), ActorRefs.NoSender, _closeTimer);
        foreach (var state in _machine.Snapshots.Where(static state => state.Phase == DevicePhase.Running).ToArray())
        {
            _machine.Suspend(state);
        }

        SuspendOrigin(null);
    }

    private void FinishClosing()
    {
        if (_isClosing
            && _isDrained
            && _untilActive.Count == 0
            && _machine.Snapshots.All(static state => state.Phase == DevicePhase.Suspended && state.IsQuiet))
        {
            Context.Stop(Self);
        }
    }
}
