using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Mirrors;

/// <content>Works on regions, carried out by the copy engine, and their pace.</content>
internal sealed partial class MirrorActor
{
    private readonly Dictionary<RegionWork, RunningWork> _works = [];
    private readonly RecoveryPace _pace;
    private long _recoveredSectors;
    private long _recoveredRegions;
    private ByteCount _recoveryRate;
    private bool _isRateOff;

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    private void StartWork(RegionWork work)
    {
        MirrorLog.WorkStarted(_logger, _setup.Name, work.ToString());
        var legs = _legs.Current;
        var running = new RunningWork(legs, work.Targets.With(work.Source), Now);
        running.Hold();
        _works.Add(work, running);
        _client.Tell(new ClientMessage.Copy(MirrorWorks.RequestOf(work, legs, _options), work));
        StartSampling();
    }

    private void OnCopyCompleted(CopyCompleted completed)
    {
        var work = (RegionWork)completed.Context!;
        var outcome = MirrorWorks.OutcomeOf(work, completed);
        if (completed.FailureCount > 0 && work.Kind != RegionWorkKind.Check)
        {
            LogFailures(work, completed);
        }

        if (work.Kind == RegionWorkKind.Check)
        {
            OnCompared(work, completed);
        }

        End(work, outcome);
    }

    private void OnCopyRejected(ClientMessage.CopyRejected rejected)
    {
        var work = (RegionWork)rejected.Context!;
        MirrorLog.WorkFailed(_logger, _setup.Name, work.ToString(), rejected.Rejection.Reason);
        OnDropped(work);
        End(work, new WorkOutcome(false, work.Kind == RegionWorkKind.Check ? LegMask.None : work.Targets));
    }

    private void End(RegionWork work, WorkOutcome outcome)
    {
        _works.Remove(work, out var running);
        running!.Release();
        if (work.Kind == RegionWorkKind.Recover)
        {
            if (outcome == WorkOutcome.Good)
            {
                MirrorMetrics.BytesRecovered.Add(work.Range.Count * Sectors.Size);
                _recoveredSectors += work.Range.Count;
                _recoveredRegions += work.Regions.Count;
            }

            RestAfter(Now - running.StartedAt);
        }

        if (work.Kind != RegionWorkKind.Check && !outcome.WasCut)
        {
            var failed = outcome.Failed.And(work.Targets);
            var source = outcome.ReadFailed ? LegMask.Of(work.Source) : LegMask.None;
            MirrorMetrics.CountErrors(failed.Or(source), LegErrors.Sync);
        }

        _machine.WorkEnded(work, outcome);
        OnReleased();
    }

    private void RestAfter(TimeSpan duration)
    {
        var rest = _pace.RecoveryEnded(duration);
        if (rest > TimeSpan.Zero)
        {
            _timers.Start<MirrorWork.RestOver>(rest);
        }

        _machine.RecoveryPermits = _pace.Permits;
    }

    private void OnRestOver()
    {
        _pace.Rested();
        _machine.RecoveryPermits = _pace.Permits;
        _machine.RecoveryDue();
    }

    private void StartSampling() => _timers.Start<MirrorWork.SampleDue>(RecoveryPace.SampleInterval);

    private void OnSampleDue()
    {
        var outOfSync = _machine.Contents.RegionCount - _machine.Contents.InSync.SetCount;
        _pace.Sample(_setup.Use.Take(), outOfSync);
        _machine.RecoveryPermits = _pace.Permits;
        SetRate(_pace.IsLosing);
        _machine.RecoveryDue();
        if (outOfSync > 0 && _machine.Phase == MirrorPhase.Running)
        {
            StartSampling();
        }
    }

    private void OnSetRecoveryRate(MirrorWork.SetRecoveryRate message)
    {
        _recoveryRate = message.BytesPerSecond;
        _client.Tell(new ClientMessage.SetThrottle(_isRateOff ? default(ByteCount) : _recoveryRate, null));
    }

    /// <summary>A limit does not hold while ground is lost.</summary>
    private void SetRate(bool isOff)
    {
        if (isOff != _isRateOff && _recoveryRate.Value > 0)
        {
            _isRateOff = isOff;
            _client.Tell(new ClientMessage.SetThrottle(isOff ? default(ByteCount) : _recoveryRate, null));
        }
    }

    /// <summary>A work under way, with the legs that it holds.</summary>
    private sealed record RunningWork(MirrorLeg[] Legs, LegMask Used, TimeSpan StartedAt)
    {
        public void Hold()
        {
            foreach (var leg in Used.Legs())
            {
                Invariant.Holds(Legs[leg].TryHold());
            }
        }

        public void Release()
        {
            foreach (var leg in Used.Legs())
            {
                Legs[leg].Release();
            }
        }
    }
}
