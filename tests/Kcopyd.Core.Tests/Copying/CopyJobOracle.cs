using System.Collections.Immutable;
using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

/// <summary>
/// What must hold for a job, kept apart from how the transitions know it: it sees every event and every effect.
/// </summary>
internal sealed class CopyJobOracle(CopyJobSpec spec)
{
    private readonly ExtentSet _copied = new();
    private readonly ExtentSet _compared = new();
    private readonly ExtentSet _zeroed = new();
    private readonly SortedDictionary<long, Segment> _inFlight = [];
    private readonly SortedDictionary<long, TargetMask> _takenBack = [];
    private readonly List<CopyFailure> _failures = [];
    private bool _isStarted;
    private bool _isComparing;
    private bool _areCachesDropped;
    private bool _isFlushed;
    private bool _isPaused;
    private bool _isWithdrawn;
    private bool _failsAtEnd;
    private long _nextIndex;
    private TargetMask _dropped;
    private TargetMask _writeErrors;
    private TargetMask _toCompare;
    private CopyOutcome? _stopped;
    private CopyHold _hold;
    private ImmutableArray<PlanRun> _missing =
        [new(SectorRange.Create(0, spec.SectorCount), TargetMask.All(spec.TargetCount))];

    public CopyOutcome? Outcome { get; private set; }

    public IEnumerable<Segment> InFlight => _inFlight.Values;

    private bool BearsErrors => spec.Options is { IgnoreError: true, WriteSequential: false };

    private bool MustFlush => spec.Options.Flush || spec.Options.Verify;

    private bool Drops => spec.Options.OnTargetError == OnTargetError.Drop;

    private TargetMask Live => TargetMask.All(spec.TargetCount).Except(_dropped);

    public void Resume(CopyResume resume)
    {
        _missing = resume.Missing;
        _copied.Add(SectorRange.Create(0, spec.SectorCount));
        foreach (var run in resume.Missing)
        {
            _copied.Remove(run.Range);
        }
    }

    public void See(CopyJobEvent @event)
    {
        switch (@event)
        {
            case CopyJobEvent.Started:
                BeginComparing(!_isStarted && spec.Kind == CopyJobKind.Verify);
                _isStarted = true;
                break;
            case CopyJobEvent.SegmentSettled e:
                Over(e.Segment);
                Settled(e.Segment, e.Result);
                break;
            case CopyJobEvent.SegmentReturned e:
                Over(e.Segment);
                _takenBack[e.Segment.Index] = e.Segment.Targets;
                break;
            case CopyJobEvent.SegmentLost e:
                Over(e.Segment);
                Lost(e.Segment);
                break;
            case CopyJobEvent.TargetsFlushed e:
                TargetsFailed(e.Failures);
                _isFlushed = true;
                BeginComparing(spec.Options.Verify && _stopped is null);
                break;
            case CopyJobEvent.CachesDropped:
                _areCachesDropped = true;
                break;
            case CopyJobEvent.DevicesConfirmed e:
                TargetsFailed([.. e.Failures.Where(failure => failure.Target is not null)]);
                Failed([.. e.Failures.Where(failure => failure.Target is null)], isFatal: true);
                break;
            case CopyJobEvent.TargetsFailed e:
                TargetsFailed(e.Failures);
                break;
            case CopyJobEvent.HoldChanged e:
                _hold = e.Hold;
                break;
            case CopyJobEvent.Forbidden e when _stopped is null:
                Failed([e.Failure]);
                Stop(true);
                break;
            case CopyJobEvent.Refused e:
                Failed([e.Failure]);
                _stopped = CopyOutcome.Blocked;
                break;
            case CopyJobEvent.PauseRequested:
                _isPaused = true;
                break;
            case CopyJobEvent.ResumeRequested:
                _isPaused = false;
                break;
            case CopyJobEvent.CancelRequested:
                _stopped ??= CopyOutcome.Cancelled;
                break;
        }
    }

    public void See(CopyJobEffect effect)
    {
        Assert.Null(Outcome);
        switch (effect)
        {
            case CopyJobEffect.StartSegment e:
                Begun(e.Segment);
                break;
            case CopyJobEffect.WithdrawRequests:
                Assert.True(_stopped is not null || _isPaused || _hold == CopyHold.Writes);
                Assert.NotEmpty(_inFlight);
                Assert.False(_isWithdrawn);
                _isWithdrawn = true;
                break;
            case CopyJobEffect.AskStatus e:
                AssertGoingOn();
                Assert.False(e.Range.IsEmpty);
                Assert.True(e.Range.End <= spec.SectorCount);
                break;
            case CopyJobEffect.FlushTargets e:
                AssertAllDone();
                Assert.True(MustFlush);
                Assert.False(_isFlushed);
                Assert.Equal(Live, e.Targets);
                break;
            case CopyJobEffect.DropCaches e:
                AssertGoingOn();
                Assert.True(_isComparing && !_areCachesDropped);
                Assert.Empty(_inFlight);
                Assert.Equal(Live, e.Targets);
                break;
            case CopyJobEffect.ConfirmDevices e:
                AssertAllDone();
                Assert.Equal(spec.Kind != CopyJobKind.Verify && MustFlush, _isFlushed);
                Assert.Equal(Live, e.Targets);
                break;
            case CopyJobEffect.Finish e:
                Finished(e.Outcome);
                break;
        }
    }

    public void Check(CopyJobState state)
    {
        Assert.Equal(_inFlight.Count, state.InFlight);
        Assert.Equal(_failures.Any(f => f is { Kind: CopyFailureKind.Read, Target: null }), state.ReadError);
        Assert.Equal(_writeErrors, state.WriteErrors);
        Assert.Equal(_dropped, state.Dropped);
        LeaveOut(state.Phase);
        Assert.Equal(_copied.SectorCount, state.CopiedSectors);
        Assert.Equal(_compared.SectorCount, state.ComparedSectors);
        Assert.Equal(_failures.Count, state.FailureCount);
        Assert.Equal(_failures.Take(CopyJobState.MaxFailures), state.Failures);
        Assert.True(state.Zeroed.Count <= spec.Options.SalvageLimit);
        Assert.Equal(Outcome is not null, state.Phase == CopyPhase.Ended);
        if (state.IsPaused)
        {
            Assert.Empty(_inFlight);
            Assert.True(_isPaused);
        }
    }

    /// <summary>What only dropped targets missed counts as copied once everything else is.</summary>
    private void LeaveOut(CopyPhase phase)
    {
        var isLeft = phase is CopyPhase.Flushing or CopyPhase.Confirming or CopyPhase.Verifying;
        foreach (var run in _missing.Where(run => isLeft && run.Targets.Except(_dropped).IsEmpty))
        {
            _copied.Add(spec.Kind == CopyJobKind.Verify ? SectorRange.Create(0, 0) : run.Range);
        }
    }

    private void Begun(Segment segment)
    {
        AssertGoingOn();
        Assert.False(_isWithdrawn, "begun before what was taken back is known");
        Assert.True(_inFlight.Count < spec.Options.InFlight, $"{_inFlight.Count} in flight already");
        ForgetDropped();
        Assert.Equal(_takenBack.Count > 0 ? _takenBack.Keys.First() : _nextIndex, segment.Index);
        if (!_takenBack.Remove(segment.Index))
        {
            _nextIndex++;
        }

        Assert.False(segment.Range.IsEmpty);
        Assert.True(segment.Range.End <= spec.SectorCount);
        Assert.False(segment.Targets.IsEmpty);
        Assert.Equal(_isComparing, segment.Kind == SegmentKind.Compare);
        Assert.Equal(_isComparing, _areCachesDropped);
        Assert.Equal((_isComparing ? _toCompare : MissedBy(segment.Range)).Except(_dropped), segment.Targets);
        Assert.False(_isComparing && _zeroed.Within(segment.Range).Any(), "compares what was never read");
        _inFlight.Add(segment.Index, segment);
    }

    private TargetMask MissedBy(SectorRange range) => _missing.Single(run => run.Range.Contains(range)).Targets;

    /// <summary>What only dropped targets need is not begun again.</summary>
    private void ForgetDropped()
    {
        foreach (var (index, _) in _takenBack.Where(entry => entry.Value.Except(_dropped).IsEmpty).ToList())
        {
            _takenBack.Remove(index);
        }
    }

    private void Over(Segment segment)
    {
        Assert.True(_inFlight.Remove(segment.Index));
        _isWithdrawn &= _inFlight.Count > 0;
    }

    private void Settled(Segment segment, SegmentResult result)
    {
        var done = _isComparing ? _compared : _copied;
        Assert.Equal(segment.Range.Count, done.Add(segment.Range));
        ImmutableArray<CopyFailure> source = result.ReadFailure is { } failure ? [failure] : [];
        if (_isComparing)
        {
            // Order: the source, what is only told, what drops a target.
            Failed(source, isFatal: !BearsErrors);
            var targets = result.TargetFailures.ToLookup(f => Drops && f.Kind != CopyFailureKind.Mismatch);
            Failed([.. targets[false]], isFatal: !BearsErrors);
            TargetsFailed([.. targets[true]]);
            return;
        }

        Failed(source);
        Stop(source.Length > 0 && !BearsErrors);
        Zeroed(result.Zeroed);
        TargetsFailed(result.TargetFailures);
    }

    private void Zeroed(ImmutableArray<CopyFailure> zeroed)
    {
        Failed(zeroed);
        var limit = spec.Options.SalvageLimit;
        CopyFailure? beyond = null;
        foreach (var failure in zeroed)
        {
            // Ranges that touch are one; those that would be too many are not listed.
            var range = failure.Range.Shift(-spec.SourceStart);
            var trial = new ExtentSet(_zeroed.Append(range));
            beyond ??= trial.Count > limit ? failure : null;
            _zeroed.Add(trial.Count > limit ? SectorRange.Create(0, 0) : range);
        }

        if (beyond is not null && _stopped is null)
        {
            var reason = $"More than {limit} ranges of the source are unreadable.";
            Failed([new CopyFailure(CopyFailureKind.SalvageLimit, null, beyond.Range, 0, false, reason)]);
            Stop(true);
        }
    }

    private void Lost(Segment segment)
    {
        if (segment.Attempt + 1 < CopyJobState.MaxAttempts)
        {
            _takenBack[segment.Index] = segment.Targets;
            return;
        }

        var lost = new CopyFailure(CopyFailureKind.Engine, null, segment.Range, 0, true, CopyJobFaults.Lost);
        Failed([lost], isFatal: true);
        Stop(true);
    }

    private void TargetsFailed(ImmutableArray<CopyFailure> failures)
    {
        Failed(failures);
        if (failures.IsEmpty)
        {
            return;
        }

        foreach (var failure in failures.Where(_ => Drops))
        {
            _dropped = _dropped.With(failure.Target!.Value);
        }

        Stop(Drops ? Live.IsEmpty : !BearsErrors);
    }

    private void Failed(ImmutableArray<CopyFailure> failures, bool isFatal = false)
    {
        _failures.AddRange(failures);
        foreach (var failure in failures)
        {
            _writeErrors = failure.Target is { } target ? _writeErrors.With(target) : _writeErrors;
            _failsAtEnd |= isFatal || failure.Kind == CopyFailureKind.Mismatch || spec.Kind == CopyJobKind.Verify;
        }
    }

    private void Stop(bool condition) => _stopped ??= condition ? CopyOutcome.Failed : null;

    private void BeginComparing(bool condition)
    {
        if (condition)
        {
            _isComparing = true;
            _toCompare = Live.Except(_writeErrors);
            _nextIndex = 0;
        }
    }

    private void AssertGoingOn()
    {
        Assert.True(_isStarted, "not started");
        Assert.Null(_stopped);
        Assert.False(_isPaused, "paused");
        Assert.Equal(CopyHold.None, _hold);
    }

    private void AssertAllDone()
    {
        AssertGoingOn();
        LeaveOut(CopyPhase.Flushing);
        ForgetDropped();
        Assert.Empty(_inFlight);
        Assert.Empty(_takenBack);
        Assert.Equal(spec.Kind == CopyJobKind.Verify ? 0 : spec.SectorCount, _copied.SectorCount);
        Assert.Equal(_toCompare.IsEmpty ? 0 : spec.SectorCount - _zeroed.SectorCount, _compared.SectorCount);
    }

    private void Finished(CopyOutcome outcome)
    {
        var expected = _stopped
            ?? (_failsAtEnd ? CopyOutcome.Failed
                : _failures.Count > 0 ? CopyOutcome.CompletedWithErrors : CopyOutcome.Completed);
        Assert.Equal(expected, outcome);
        Assert.Empty(_inFlight);
        if (outcome is CopyOutcome.Completed or CopyOutcome.CompletedWithErrors && spec.Kind != CopyJobKind.Verify)
        {
            Assert.Equal(spec.SectorCount, _copied.SectorCount);
        }

        Outcome = outcome;
    }
}
