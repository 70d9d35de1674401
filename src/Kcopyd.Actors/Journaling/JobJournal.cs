using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>The journal of one job, as its job actor sees it: begins the run, has checkpoints made, ends the
/// run.</summary>
/// <remarks>
/// <para>Belongs to its job actor and runs in its handlers. A run's first write comes after its
/// <see cref="JobEvent.RunStarted"/> is durable.</para>
/// <para>An append that was not answered may have happened: the journal is read again, and what it says counts. Until
/// then nothing new is written. A run that finds another's in its stream ends.</para>
/// </remarks>
internal sealed class JobJournal : IDisposable
{
    /// <summary>How often the journal is tried again for the end of a job. What the job did is durable and journaled
    /// by then: without its end it only looks interrupted, and a resume finds nothing left to do.</summary>
    private const int MaxEndLosses = 3;

    private readonly JobJournalSetup _setup;
    private readonly IJournaledJob _job;
    private readonly JournalLine _line;
    private readonly JobCheckpoints _checkpoints;
    private JobRecord _record = new();
    private JobEvent.RunStarted? _run;
    private JobEnd? _ending;
    private string? _blocked;
    private JobEvent.RunStarted? _overlap;
    private TimeSpan _fencedUntil;
    private bool _isBegun;
    private bool _isOpen;
    private bool _isSettling;
    private bool _isOver;
    private bool _isTimerSet;
    private bool _isTurnDue;
    private int _endLosses;

    public JobJournal(JobJournalSetup setup, IJournaledJob job, IActorContext context)
    {
        _setup = setup;
        _job = job;
        _line = new JournalLine(setup, context);
        _checkpoints = new JobCheckpoints(setup, job, _line);
    }

    /// <summary>Why nothing is written for now; null while something may be.</summary>
    public string? HoldReason { get; private set; }

    /// <summary>Why targets began afresh, a sentence each.</summary>
    public ImmutableArray<string> Notices { get; private set; } = [];

    /// <summary>Why the run may not write yet: a runner that no lock of this machine tells of writes until it finds
    /// this run in the journal, or until its lease is over.</summary>
    private string? FenceReason => _overlap is { Runner: var other } && _line.Now < _fencedUntil
        ? $"{other} had the job and may still be writing"
        : null;

    /// <summary>Begins to find out whether the run may begin.</summary>
    public void Open() => _line.TakeLock();

    /// <summary>The job actor stopped: another may run the job.</summary>
    public void Dispose() => _line.Dispose();

    public void OnMessage(JournalMessage message)
    {
        switch (message)
        {
            case JournalMessage.CheckpointDue:
                _isTimerSet = false;
                break;
            case JournalMessage.Flushed m:
                _checkpoints.OnFlushed(m.Failures);
                break;
            case var _ when _isOver:
                break;
            case JournalMessage.LockAnswered m:
                OnLockAnswered(m);
                break;
            case JournalMessage.Recovered m when m.Child == _line.Child:
                OnRecovered(m);
                break;
            case JournalMessage.Appended m when m.Child == _line.Child:
                OnAppended();
                break;
            case JournalMessage.Lost m when m.Child == _line.Child:
                OnLost(m.Reason);
                break;
            case JournalMessage.AppendOverdue m when _line.IsPending(m.Number):
                OnLost($"the journal has not answered for {JournalLine.AnswerTimeout.TotalSeconds:F0} s");
                break;
            case JournalMessage.ReopenDue:
                _line.Open();
                break;
            default:
                // Of a child that was given up.
                break;
        }
    }

    /// <summary>A segment is over.</summary>
    /// <remarks>What may be unflushed is counted before another segment is begun in its place.</remarks>
    public void AddWritten(SegmentRun run)
    {
        _checkpoints.AddWritten(run);
        Hold();
    }

    /// <summary>Everything that was written is to be flushed and journaled; told by
    /// <see cref="CopyJobEvent.TargetsFlushed"/>.</summary>
    public void Settle()
    {
        _isSettling = true;
        _isTurnDue = true;
    }

    /// <summary>The job is over: what was written is flushed and journaled, and how it ended.</summary>
    public void End(CopyJobState state)
    {
        _isTurnDue = true;
        _ending = JobEnd.Of(state, _setup.Description);
        if (!_isOpen)
        {
            Finish();
        }
    }

    /// <summary>Before every message of the job: whether it may still write, however long it was away.</summary>
    public void CheckLease()
    {
        if (_isBegun && !_isOver)
        {
            Hold();
        }
    }

    /// <summary>After every message of the job: begins what is due.</summary>
    public void Turn()
    {
        if (!_isBegun)
        {
            return;
        }

        do
        {
            _isTurnDue = false;
            TurnOnce();
        }
        while (_isTurnDue);
    }

    private void TurnOnce()
    {
        if (_isOver)
        {
            return;
        }

        if (_isOpen)
        {
            var isClosing = _isSettling || _ending is not null;
            _checkpoints.FlushIfDue(isClosing);
            _checkpoints.AppendIfDue(isClosing);
            if (isClosing && _checkpoints.IsSettled)
            {
                Close();
            }
        }
        else if (_isSettling && _job.State.Intent is CopyIntent.Cancel or CopyIntent.Fail)
        {
            // Who wants to end does not wait for a journal that cannot be written.
            Answer();
        }

        Hold();
        SetTimer();
    }

    private void Close()
    {
        if (_isSettling)
        {
            Answer();
        }
        else
        {
            _line.Append(_ending!.ToEvents(_run!.Epoch, _line.Time));
        }
    }

    private void Answer()
    {
        _isSettling = false;
        _isTurnDue = true;
        _job.Raise(new CopyJobEvent.TargetsFlushed([]));
    }

    private void OnLockAnswered(JournalMessage.LockAnswered message)
    {
        if (message.Lock is null)
        {
            Refuse(message.Kind, message.Reason);
        }
        else
        {
            _line.Open();
        }
    }

    private void OnRecovered(JournalMessage.Recovered message)
    {
        _record = message.Snapshot is { } snapshot ? JobRecord.From(snapshot) : new JobRecord();
        if (_run is null)
        {
            Admit();
        }
        else if (_record.LastRun?.Run == _run.Run && _record.Epoch == _run.Epoch)
        {
            GoOn();
        }
        else
        {
            GiveUp();
        }
    }

    private void Admit()
    {
        var journaling = _setup.Journaling;
        var admission = JobAdmission.Decide(
            _record, _setup.Description, _setup.Found, journaling.Policy, journaling.Created);
        Notices = admission.Notices;
        if (admission.Refusal is { } refusal)
        {
            OnRefused(refusal, admission.IsBlocked);
            return;
        }

        _overlap = _setup.RunElsewhere(_record);
        _run = _setup.Run(_record.Epoch + 1, admission.Afresh, _line.Time);
        JobEvent created = new JobEvent.Created(_setup.Description, _run.At);
        _line.Append(admission.IsNew ? [created, _run] : [_run]);
    }

    private void OnRefused(string reason, bool isBlocked)
    {
        if (!isBlocked)
        {
            Refuse(CopyFailureKind.Journal, reason);
            return;
        }

        // The list of jobs is to know before anyone hears of it; it does not matter much if it cannot.
        _blocked = reason;
        _line.Append([new JobEvent.RunEnded(_record.Epoch, JobStanding.Blocked, reason, _line.Time)]);
    }

    /// <summary>The journal was read again, and the run is still this one's.</summary>
    private void GoOn()
    {
        _isOpen = true;
        HoldReason = null;
        _line.Recovered();
        if (_line.Pending is not { } pending)
        {
            return;
        }

        if (_record.Holds(pending[^1]))
        {
            OnAppended();
        }
        else
        {
            _line.Append(pending);
        }
    }

    private void OnAppended()
    {
        var began = _line.Pending!.Value;
        var appended = _line.Answered();
        if (!_isBegun)
        {
            Begin(began);
            return;
        }

        _checkpoints.OnAppended(appended);
        if (appended is JobEvent.RunEnded)
        {
            Finish();
        }
    }

    private void Begin(ImmutableArray<JobEvent> events)
    {
        foreach (var happened in events)
        {
            _record.Apply(happened);
        }

        if (_blocked is not null)
        {
            Refuse(CopyFailureKind.Changed, _blocked);
            return;
        }

        _isBegun = true;
        _isOpen = true;
        _fencedUntil = _line.Now + (_overlap?.Lease ?? TimeSpan.Zero);
        _checkpoints.Begin(_record);
        _job.Begin(_record);
    }

    private void OnLost(string reason)
    {
        _isOpen = false;
        if (!_isBegun)
        {
            // Not even the beginning is journaled, so nothing was written.
            Refuse(_blocked is null ? CopyFailureKind.Journal : CopyFailureKind.Changed, _blocked ?? reason);
        }
        else if (_ending is not null && (_ending.Standing == JobStanding.Interrupted || ++_endLosses > MaxEndLosses))
        {
            JournalLog.EndNotJournaled(_setup.Logger, _setup.Job, reason);
            Finish();
        }
        else
        {
            HoldReason = reason;
            JournalLog.JournalLost(_setup.Logger, _setup.Job, reason);
            _line.ReopenLater();
        }
    }

    private void Hold()
    {
        HoldReason = _isOpen ? FenceReason ?? _checkpoints.LateReason : HoldReason;
        var hold = _isOpen && FenceReason is null ? _checkpoints.Hold : CopyHold.Writes;
        if (hold != _job.State.Hold && _job.State.Phase != CopyPhase.Ended)
        {
            _job.Raise(new CopyJobEvent.HoldChanged(hold));
        }
    }

    private void SetTimer()
    {
        if (!_isTimerSet && !_isOver && (!_job.State.IsPaused || _checkpoints.HasWork))
        {
            _isTimerSet = true;
            _line.ScheduleCheckpoint();
        }
    }

    private void Refuse(CopyFailureKind kind, string reason) => _job.Raise(new CopyJobEvent.Refused(
        new CopyFailure(kind, null, _setup.Range, 0, kind != CopyFailureKind.Changed, reason)));

    private void GiveUp()
    {
        if (_ending is not null)
        {
            // All that it did is in the journal; how it ended is the other's to say.
            Finish();
            return;
        }

        var runner = _record.LastRun switch
        {
            null => "the journal does not know it any more",
            { Run: var run } when run == _run!.Run => "what it did was withdrawn",
            { Runner: var other } => $"{other} runs it",
        };
        var failure = new CopyFailure(
            CopyFailureKind.Superseded, null, _setup.Range, 0, false, $"The job was given up: {runner}.");
        _job.Raise(new CopyJobEvent.Forbidden(failure));
    }

    private void Finish()
    {
        if (!_isOver)
        {
            // Who hears of the end may begin the next run at once.
            _isOver = true;
            _line.Dispose();
            _job.FinishAfterJournal();
        }
    }
}
