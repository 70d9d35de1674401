using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

/// <summary>
/// Plays the interpreter of a job: does what its effects say, in any order, and lets the oracle see everything.
/// </summary>
internal sealed class CopyJobRun(CopyJobSpec spec, Random random)
{
    private const int MaxSteps = 20_000;

    private readonly CopyJobOracle _oracle = new(spec);
    private readonly CopyJobFaults _faults = new(spec, random);
    private readonly HashSet<long> _waiting = [];
    private readonly double _unrest = random.Next(3) == 0 ? 0.1 : 0;
    private readonly double _journal = random.Next(3) == 0 ? 0.1 : 0;
    private CopyJobEffect? _question;
    private bool _isWithdrawn;

    public CopyJobState State { get; private set; } = CopyJobState.Create(spec);

    public CopyOutcome? Outcome => _oracle.Outcome;

    public void ToTheEnd()
    {
        while (random.NextDouble() < _unrest * 5)
        {
            Interfere();
        }

        Begin();
        for (var step = 0; Outcome is null; step++)
        {
            Assert.True(step < MaxSteps, $"no end after {MaxSteps} steps: {State.Phase}, {State.Intent}");
            Step();
        }
    }

    private void Begin()
    {
        if (_journal > 0 && random.Next(20) == 0)
        {
            Send(new CopyJobEvent.Refused(_faults.OfJournal));
            return;
        }

        if (_journal > 0 && spec.Kind != CopyJobKind.Verify && Outcome is null)
        {
            var resume = _faults.Left();
            State = State.Resume(resume);
            _oracle.Resume(resume);
        }

        Send(new CopyJobEvent.Started());
    }

    public void Send(CopyJobEvent @event)
    {
        if (Outcome is null)
        {
            _oracle.See(@event);
        }

        var (next, effects) = CopyJobTransitions.Apply(State, @event);
        State = next;
        foreach (var effect in effects)
        {
            _oracle.See(effect);
            Do(effect);
        }

        _oracle.Check(State);
    }

    private void Do(CopyJobEffect effect)
    {
        switch (effect)
        {
            case CopyJobEffect.StartSegment e:
                _waiting.Add(e.Segment.Index);
                break;
            case CopyJobEffect.WithdrawRequests:
                _isWithdrawn = true;
                break;
            case CopyJobEffect.Finish:
                break;
            default:
                Assert.Null(_question);
                _question = effect;
                break;
        }
    }

    private void Step()
    {
        if (random.NextDouble() < _unrest)
        {
            Interfere();
        }
        else if (random.NextDouble() < _journal)
        {
            Hinder();
        }
        else if (_question is not null && random.Next(3) == 0)
        {
            Answer();
        }
        else if (_oracle.InFlight.Any())
        {
            WorkOn(_oracle.InFlight.ElementAt(random.Next(_oracle.InFlight.Count())));
        }
        else if (State.IsPaused)
        {
            Send(new CopyJobEvent.ResumeRequested());
        }
        else if (State.Hold != CopyHold.None && _question is null)
        {
            Send(new CopyJobEvent.HoldChanged(CopyHold.None));
        }
        else
        {
            Assert.True(_question is not null, $"nothing is awaited in {State.Phase}, {State.Intent}");
            Answer();
        }
    }

    private void Interfere() => Send(random.Next(12) switch
    {
        < 6 => new CopyJobEvent.PauseRequested(),
        < 11 => new CopyJobEvent.ResumeRequested(),
        _ => new CopyJobEvent.CancelRequested(),
    });

    /// <summary>What a journal does to a job.</summary>
    private void Hinder() => Send(random.Next(40) switch
    {
        < 1 => new CopyJobEvent.Forbidden(_faults.OfJournal),
        < 4 => new CopyJobEvent.TargetsFailed(_faults.Flush(State.LiveTargets)),
        < 12 => new CopyJobEvent.HoldChanged(CopyHold.NewSegments),
        < 20 => new CopyJobEvent.HoldChanged(CopyHold.Writes),
        _ => new CopyJobEvent.HoldChanged(CopyHold.None),
    });

    private void WorkOn(Segment segment)
    {
        if (_waiting.Remove(segment.Index))
        {
            // Pages come, or the request is taken back before they do.
            if (_isWithdrawn)
            {
                Over(new CopyJobEvent.SegmentReturned(segment));
            }
        }
        else if (_faults.Loses)
        {
            Over(new CopyJobEvent.SegmentLost(segment, CopyJobFaults.Lost));
        }
        else
        {
            Over(new CopyJobEvent.SegmentSettled(segment, _faults.ResultOf(segment)));
        }
    }

    private void Over(CopyJobEvent @event)
    {
        // Requests that are taken back are all answered before anything is begun again.
        _isWithdrawn &= _oracle.InFlight.Skip(1).Any();
        Send(@event);
    }

    private void Answer()
    {
        CopyJobEvent answer = _question switch
        {
            CopyJobEffect.AskStatus e => new CopyJobEvent.StatusKnown(_faults.Status(e.Range)),
            CopyJobEffect.DropCaches => new CopyJobEvent.CachesDropped(),
            CopyJobEffect.FlushTargets e => new CopyJobEvent.TargetsFlushed(_faults.Flush(e.Targets)),
            CopyJobEffect.ConfirmDevices e => new CopyJobEvent.DevicesConfirmed(_faults.Confirm(e.Targets)),
            _ => throw new InvalidOperationException($"{_question} is no question"),
        };
        _question = null;
        Send(answer);
    }
}
