using Kcopyd.Actors.Journaling;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Copying;

/// <content>What the journal of a journaled job needs of it.</content>
internal sealed partial class JobActor
{
    CopyJobState IJournaledJob.State => _state;

    double IJournaledJob.BytesPerSecond => _report.BytesPerSecond(_state);

    void IJournaledJob.Raise(CopyJobEvent happened) => Raise(happened);

    void IJournaledJob.SetJournaled() => _report.Totals.EndAppend();

    void IJournaledJob.BeginAppend() => _report.Totals.BeginAppend();

    void IJournaledJob.Begin(JobRecord record)
    {
        if (_state.Phase != CopyPhase.Queued)
        {
            // It was cancelled meanwhile.
            return;
        }

        _state = _state.Resume(record.ToResume());
        _report.Resume(_state, [.. record.FlushedBytes().Select((bytes, i) => bytes - Padding(record, i))]);
        if (_state.CopiedSectors > 0)
        {
            // A digest is of everything that was read, and a part of it was read by another run.
            var options = _setup.Spec.Options with { Digest = false };
            _state = _state with { Spec = _state.Spec with { Options = options } };
            _pipeline = new SegmentPipeline(_state.Spec, this);
            JournalLog.Resumed(_setup.Logger, _setup.Id, _setup.Spec.SectorCount - _state.CopiedSectors);
        }

        Raise(new CopyJobEvent.Started());
    }

    void IJournaledJob.Flush(TargetMask targets)
    {
        BeginIo();
        _report.Totals.BeginFlush(targets);
        WorkPipe.Pipe(FlushAsync(targets), Self);
    }

    void IJournaledJob.FinishAfterJournal() => FinishAfterDigest();

    /// <summary>What of the last sector the source does not have, where a target has that sector.</summary>
    private long Padding(JobRecord record, int target)
    {
        var last = SectorRange.Create(Math.Max(0, _setup.Spec.SectorCount - 1), Math.Min(1, _setup.Spec.SectorCount));
        return record.FlushedOn(target).Contains(last)
            ? last.CountBytes - _report.ValidBytes(new Segment(0, last, TargetMask.None, SegmentKind.Data))
            : 0;
    }

    private void OnFlushed(JournalMessage.Flushed message)
    {
        _report.Totals.EndFlush(Failed(message.Failures));
        _journal!.OnMessage(message);
    }

    private async Task<JournalMessage> FlushAsync(TargetMask targets)
    {
        var answer = await _questions.FlushAsync(targets).ConfigureAwait(false);
        return new JournalMessage.Flushed(((CopyJobEvent.TargetsFlushed)answer).Failures);
    }
}
