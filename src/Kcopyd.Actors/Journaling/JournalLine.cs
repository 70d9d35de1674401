using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>The way from a job to its stream: the lock, the child actor that has the stream open, and what is being
/// appended. Belongs to the job actor.</summary>
/// <remarks>At most one append is under way. What was not answered stays pending until it is known what became of it.
/// </remarks>
internal sealed class JournalLine(JobJournalSetup setup, IActorContext context) : IDisposable
{
    /// <summary>How long an append may go without an answer: longer than any journal tries by itself, so that its own
    /// reason is heard first.</summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    private readonly IActorRef _self = context.Self;
    private readonly IScheduler _scheduler = context.System.Scheduler;
    private IActorRef _actor = ActorRefs.Nobody;
    private Task<JournalMessage.LockAnswered>? _lock;
    private TimeSpan _retryAfter = setup.Options.RetryAfter;
    private ICancelable? _retry;
    private ICancelable? _checkpoint;
    private ICancelable? _overdue;
    private long _append;

    /// <summary>The number of the child whose answers count.</summary>
    public int Child { get; private set; }

    /// <summary>What is being appended, or was when the child was lost; null if nothing.</summary>
    public ImmutableArray<JobEvent>? Pending { get; private set; }

    /// <summary>When the append under way was told; when it is answered, the run was known to be the only one
    /// then.</summary>
    public TimeSpan AppendBegan { get; private set; }

    /// <summary>On the scheduler's monotonic clock.</summary>
    public TimeSpan Now => _scheduler.MonotonicClock;

    /// <summary>By the scheduler's clock.</summary>
    public DateTimeOffset Time => _scheduler.Now;

    /// <summary>Takes the lock that this machine's runners agree on; answered by
    /// <see cref="JournalMessage.LockAnswered"/>.</summary>
    public void TakeLock()
    {
        if (setup.Options.LockDirectory is { } directory)
        {
            _lock = Task.Run(() => TakeLock(directory));
            WorkPipe.Pipe(_lock, _self);
        }
        else
        {
            _self.Tell(NoLock.Taken, ActorRefs.NoSender);
        }
    }

    /// <summary>Opens the stream; answered by <see cref="JournalMessage.Recovered"/> or
    /// <see cref="JournalMessage.Lost"/>.</summary>
    public void Open()
    {
        Child++;
        _actor = context.ActorOf(Props.Create<JobJournalActor>(setup.Job, Child, setup.Options));
        context.WatchWith(_actor, new JournalMessage.Lost(Child, "the journal's actor stopped"));
    }

    /// <summary>The stream was read again: the next loss is tried again as soon as the first.</summary>
    public void Recovered() => _retryAfter = setup.Options.RetryAfter;

    /// <summary>Opens the stream anew after a while, longer each time; nothing of the lost child counts any more.
    /// </summary>
    public void ReopenLater()
    {
        // It may still be at it, in vain: what it appends late meets the next one's numbers, and one of them fails.
        context.Stop(_actor);
        _overdue?.Cancel();
        _append++;
        Child++;
        _retry = _scheduler.ScheduleTellOnceCancelable(
            _retryAfter, _self, new JournalMessage.ReopenDue(), ActorRefs.NoSender);
        var next = _retryAfter * 2;
        _retryAfter = next < JournalOptions.MaxRetryAfter ? next : JournalOptions.MaxRetryAfter;
    }

    /// <summary>Appends these, all or none.</summary>
    public void Append(ImmutableArray<JobEvent> events)
    {
        Pending = events;
        AppendBegan = Now;
        _overdue = _scheduler.ScheduleTellOnceCancelable(
            AnswerTimeout, _self, new JournalMessage.AppendOverdue(++_append), ActorRefs.NoSender);
        _actor.Tell(new JournalMessage.Append(events), _self);
    }

    /// <summary>What was pending is durable.</summary>
    /// <returns>The last event of it.</returns>
    public JobEvent Answered()
    {
        var last = Pending!.Value[^1];
        Pending = null;
        _overdue?.Cancel();
        return last;
    }

    /// <summary>Whether this append is the one that is still waited for.</summary>
    public bool IsPending(long append) => Pending is not null && append == _append;

    /// <summary>Sees to it that <see cref="JournalMessage.CheckpointDue"/> comes after an interval.</summary>
    public void ScheduleCheckpoint() => _checkpoint = _scheduler.ScheduleTellOnceCancelable(
        setup.Options.Interval, _self, new JournalMessage.CheckpointDue(), ActorRefs.NoSender);

    /// <summary>Another may run the job from now on, even where the answer about the lock was not waited for.</summary>
    public void Dispose()
    {
        Close();
        _ = _lock?.ContinueWith(
            static answered => answered.Result.Lock?.Dispose(),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.OnlyOnRanToCompletion,
            TaskScheduler.Default);
    }

    /// <summary>Nothing is wanted any more.</summary>
    public void Close()
    {
        _retry?.Cancel();
        _checkpoint?.Cancel();
        _overdue?.Cancel();
    }

    private JournalMessage.LockAnswered TakeLock(string directory)
    {
        try
        {
            var taken = JobLock.TryAcquire(directory, setup.Job, out var holder);
            var reason = $"the job {setup.Job} is being run by {holder}";
            return new JournalMessage.LockAnswered(taken, CopyFailureKind.Superseded, reason);
        }
        catch (JournalException e)
        {
            return new JournalMessage.LockAnswered(null, CopyFailureKind.Journal, e.Message);
        }
    }

    /// <summary>Where there are no lock files, the journal alone tells one runner from another.</summary>
    private sealed class NoLock : IDisposable
    {
        public static readonly JournalMessage.LockAnswered Taken =
            new(new NoLock(), CopyFailureKind.Superseded, string.Empty);

        public void Dispose()
        {
        }
    }
}
