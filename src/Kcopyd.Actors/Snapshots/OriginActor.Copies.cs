using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <content>Copies between the origin and the stores, and what is written to the stores themselves.</content>
internal sealed partial class OriginActor
{
    private readonly Dictionary<SnapshotPort, List<Answer<bool>>> _untilMerged = [];
    private readonly Dictionary<SnapshotPort, long> _mergedChunks = [];
    private long _mergeEpoch;
    private SectorRange _mergeTarget;

    /// <summary>What failed in the message that is being handled, as a sentence; null: nothing. Never kept for the
    /// next: a reason belongs to what it ended.</summary>
    private string? _reason;

    private void StartFill(ChunkFill copy)
    {
        foreach (var exception in copy.Targets.SelectMany(static target => target.Exceptions))
        {
            exception.WriteEpoch = _ports[exception.Snapshot].Cow.Device.WriteEpoch;
        }

        var targets = copy.Targets.Select(target => (_ports[target.Snapshot].Cow.Device, target.Start));
        var request = SnapshotCopies.RequestOf(_setup.Device, copy.Source, targets, _setup.Options);
        _client.Tell(new ClientMessage.Copy(request, copy));
    }

    private void StartMerge(OriginEffect.MergeCopy copy)
    {
        (_mergeEpoch, _mergeTarget) = (_setup.Device.WriteEpoch, copy.Target);
        var cow = _ports[copy.Snapshot].Cow.Device;
        var source = copy.Target.Shift(copy.Start - copy.Target.Start);
        var request = SnapshotCopies.RequestOf(
            cow, source, [(PaddedDevice.Of(_setup.Device), copy.Target.Start)], _setup.Options);
        _client.Tell(new ClientMessage.Copy(request, copy));
    }

    private void OnCopyCompleted(CopyCompleted completed)
    {
        if (completed.FailureCount > 0)
        {
            _reason = SnapshotCopies.ReasonOf(completed);
            SnapshotLog.CopyFailed(_logger, _setup.Name, _reason ?? completed.Outcome.ToString());
        }

        var failed = SnapshotCopies.FailedOf(completed);
        if (completed.Context is OriginEffect.MergeCopy copy)
        {
            OnMergeCopied(copy, completed.ReadError, failed != 0);
            return;
        }

        var fill = (ChunkFill)completed.Context!;
        SnapshotMetrics.BytesCopied.Add(fill.Source.CountBytes);
        _machine.Filled(fill, completed.ReadError, failed);
    }

    private void OnCopyRejected(ClientMessage.CopyRejected rejected)
    {
        _reason = rejected.Rejection.Reason;
        SnapshotLog.CopyFailed(_logger, _setup.Name, _reason);
        if (rejected.Context is OriginEffect.MergeCopy copy)
        {
            OnMergeCopied(copy, readFailed: false, writeFailed: true);
        }
        else
        {
            _machine.Filled((ChunkFill)rejected.Context!, sourceFailed: false, failedTargets: -1);
        }
    }

    private void OnMergeCopied(OriginEffect.MergeCopy copy, bool readFailed, bool writeFailed)
    {
        if (readFailed || writeFailed)
        {
            _machine.MergeCopied(readFailed ? SnapshotLoss.DataRead : SnapshotLoss.OriginWrite);
            return;
        }

        SnapshotMetrics.BytesMerged.Add(copy.Target.CountBytes);
        WorkPipe.Pipe(FlushForMergeAsync(_setup.Device, _mergeEpoch), Self);
    }

    private static async Task<OriginWork.MergeFlushed> FlushForMergeAsync(IBlockDevice device, long epoch)
    {
        try
        {
            await device.FlushAsync(epoch, CancellationToken.None).ConfigureAwait(false);
            return new OriginWork.MergeFlushed(null);
        }
        catch (DeviceException failure)
        {
            return new OriginWork.MergeFlushed(failure);
        }
    }

    private void OnMergeFlushed(OriginWork.MergeFlushed message)
    {
        Note(_setup.Name, message.Failure);
        if (message.Failure is { Offset: null } failure)
        {
            // A flush has no place of its own: what it was to make durable has.
            _reason = $"{failure.Message.TrimEnd('.')}, after sectors {_mergeTarget.Start} to {_mergeTarget.End - 1}";
        }

        _machine.MergeCopied(message.Failure is null ? null : SnapshotLoss.OriginWrite);
    }

    private static async Task<OriginWork.Committed> CommitAsync(SnapshotCow cow, OriginEffect.Commit commit)
    {
        try
        {
            await cow.Access!.CommitAsync(commit.Changes).ConfigureAwait(false);
            return new OriginWork.Committed(commit.Snapshot, commit.Changes, null);
        }
        catch (DeviceException failure)
        {
            return new OriginWork.Committed(commit.Snapshot, commit.Changes, failure);
        }
    }

    private void OnCommitted(OriginWork.Committed message)
    {
        var port = _ports[message.Snapshot];
        Note(port.Name, message.Failure);
        if (message.Failure is null)
        {
            SnapshotMetrics.Commits.Add(1);
            var before = message.Snapshot.Map.Count;
            _machine.Committed(message.Snapshot, message.Changes, isDurable: true);
            var merged = Math.Max(0, before - message.Snapshot.Map.Count);
            _mergedChunks[port] = _mergedChunks.GetValueOrDefault(port) + merged;
            return;
        }

        _machine.Committed(message.Snapshot, message.Changes, isDurable: false);
    }

    private static async Task<OriginWork.Marked> MarkAsync(SnapshotCow cow, SnapshotState snapshot)
    {
        try
        {
            await cow.Access!.MarkInvalidAsync().ConfigureAwait(false);
            return new OriginWork.Marked(snapshot, null);
        }
        catch (DeviceException failure)
        {
            return new OriginWork.Marked(snapshot, failure);
        }
    }

    private void OnMarked(OriginWork.Marked message)
    {
        if (message.Failure is { } failure)
        {
            SnapshotLog.NotMarked(_logger, _ports[message.Snapshot].Name, failure.Message);
        }

        _machine.Marked(message.Snapshot);
    }

    private static async Task<OriginWork.AreaRead> ReadAreaAsync(SnapshotCow cow, OriginEffect.ReadArea read)
    {
        try
        {
            var area = await cow.Access!.ReadAreaAsync(read.Area).ConfigureAwait(false);
            return new OriginWork.AreaRead(read.Snapshot, area, null);
        }
        catch (DeviceException failure)
        {
            return new OriginWork.AreaRead(read.Snapshot, [], failure);
        }
    }

    private void OnAreaRead(OriginWork.AreaRead message)
    {
        Note(_ports[message.Snapshot].Name, message.Failure);
        _machine.AreaRead(message.Area);
    }

    private void OnWaitUntilMerged(OriginWork.WaitUntilMerged message)
    {
        var state = message.Port.State;
        if (state is { HasMergeFailed: true } or { IsValid: false })
        {
            var reason = message.Port.MergeFailure ?? SnapshotRefusals.IsInvalid;
            message.Answer.Refuse(SnapshotRefusals.MergeFailed(message.Port.Name, reason));
        }
        else if (state is { IsMerging: true, Status.IsMerged: true, Map.Count: 0 })
        {
            message.Answer.Give(true);
        }
        else if (_untilMerged.TryGetValue(message.Port, out var waiting))
        {
            waiting.Add(message.Answer);
        }
        else
        {
            _untilMerged.Add(message.Port, [message.Answer]);
        }
    }

    private void FinishMergeWaits(SnapshotPort port)
    {
        if (!_untilMerged.Remove(port, out var waiting))
        {
            return;
        }

        foreach (var answer in waiting)
        {
            if (port.MergeFailure is not { } failure)
            {
                answer.Give(true);
            }
            else
            {
                answer.Refuse(SnapshotRefusals.MergeFailed(port.Name, failure));
            }
        }
    }

    private void Note(string name, DeviceException? failure)
    {
        if (failure is not null)
        {
            (_failure, _reason) = (failure, failure.Message);
            SnapshotLog.DeviceFailed(_logger, name, failure.Message);
        }
    }
}
