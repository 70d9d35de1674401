using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>A scheduler whose time stands still until a test advances it.</summary>
/// <remarks>
/// <para>Selected by <c>akka.scheduler.implementation</c>. The published type lives in another assembly than this one,
/// so configurations name it by <c>typeof(TestScheduler).AssemblyQualifiedName</c>. A test takes it from
/// <c>(TestScheduler)Sys.Scheduler</c>.</para>
/// <para>Any thread may schedule and cancel. <see cref="Advance"/> runs what is due on its caller's thread, in order
/// of due time and, where that is equal, of scheduling; <see cref="Now"/> is meanwhile the due time of what runs. What
/// is scheduled during an advance and due within it runs in it. What was told to an actor is handled after the
/// advance, on the actor's own thread.</para>
/// <para>The published type looks once per advance at what is due: a repeated schedule fires at most once in it, and
/// what is scheduled meanwhile waits for the next one. A test that is to mean the same there advances by no more than
/// one period at a time.</para>
/// </remarks>
public class TestScheduler : IScheduler, IAdvancedScheduler
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<ScheduledItem, (TimeSpan Due, long Number)> _items = new();
    private readonly DateTimeOffset _start = TimeProvider.System.GetUtcNow();
    private TimeSpan _elapsed;
    private long _lastNumber;

    /// <summary>Builds a scheduler whose time starts at the real time.</summary>
    /// <param name="schedulerConfig">The configuration of the actor system; not looked at.</param>
    /// <param name="log">A logger; not used.</param>
    public TestScheduler(Config schedulerConfig, ILoggingAdapter log)
    {
    }

    /// <inheritdoc />
    public IAdvancedScheduler Advanced => this;

    /// <inheritdoc />
    public DateTimeOffset Now => _start + MonotonicClock;

    /// <summary>How far the time was advanced.</summary>
    public TimeSpan MonotonicClock
    {
        get
        {
            lock (_lock)
            {
                return _elapsed;
            }
        }
    }

    /// <summary>How far the time was advanced.</summary>
    public TimeSpan HighResMonotonicClock => MonotonicClock;

    /// <summary>Moves the time on and runs what becomes due. On return, <see cref="Now"/> is later by
    /// <paramref name="offset"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative.</exception>
    public void Advance(TimeSpan offset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, TimeSpan.Zero);
        var end = MonotonicClock + offset;
        while (TakeDue(end) is { } item)
        {
            item.Run();
            Repeat(item);
        }
    }

    /// <summary>Moves the time on to <paramref name="when"/> and runs what becomes due.</summary>
    /// <exception cref="InvalidOperationException">The time is past that already.</exception>
    public void AdvanceTo(DateTimeOffset when)
    {
        var now = Now;
        if (when < now)
        {
            throw new InvalidOperationException($"It is {now:O} already; the time cannot go back to {when:O}.");
        }

        Advance(when - now);
    }

    /// <inheritdoc />
    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender)
        => Add(delay, null, () => receiver.Tell(message, sender), null);

    /// <inheritdoc />
    public void ScheduleTellOnce(
        TimeSpan delay,
        ICanTell receiver,
        object message,
        IActorRef sender,
        ICancelable cancelable)
        => Add(delay, null, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc />
    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay,
        TimeSpan interval,
        ICanTell receiver,
        object message,
        IActorRef sender)
        => Add(initialDelay, interval, () => receiver.Tell(message, sender), null);

    /// <inheritdoc />
    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay,
        TimeSpan interval,
        ICanTell receiver,
        object message,
        IActorRef sender,
        ICancelable cancelable)
        => Add(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc />
    public void ScheduleOnce(TimeSpan delay, Action action) => Add(delay, null, action, null);

    /// <inheritdoc />
    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable)
        => Add(delay, null, action, cancelable);

    /// <inheritdoc />
    public void ScheduleOnce(TimeSpan delay, IRunnable action) => Add(delay, null, RunOf(action), null);

    /// <inheritdoc />
    public void ScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable)
        => Add(delay, null, RunOf(action), cancelable);

    /// <inheritdoc />
    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action)
        => Add(initialDelay, interval, action, null);

    /// <inheritdoc />
    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable)
        => Add(initialDelay, interval, action, cancelable);

    /// <inheritdoc />
    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action)
        => Add(initialDelay, interval, RunOf(action), null);

    /// <inheritdoc />
    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable)
        => Add(initialDelay, interval, RunOf(action), cancelable);

    private static Action RunOf(IRunnable runnable)
    {
        ArgumentNullException.ThrowIfNull(runnable);
        return runnable.Run;
    }

    private void Add(TimeSpan delay, TimeSpan? interval, Action action, ICancelable? cancelable)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        if (interval is { } period)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero, nameof(interval));
        }

        lock (_lock)
        {
            Enqueue(new ScheduledItem(_elapsed + delay, interval, action, cancelable));
        }
    }

    private ScheduledItem? TakeDue(TimeSpan end)
    {
        lock (_lock)
        {
            while (_items.TryPeek(out var item, out _) && item.Due <= end)
            {
                _items.Dequeue();
                if (!item.IsCanceled)
                {
                    // Another advance on another thread may have come further.
                    _elapsed = item.Due > _elapsed ? item.Due : _elapsed;
                    return item;
                }
            }

            _elapsed = end > _elapsed ? end : _elapsed;
            return null;
        }
    }

    private void Repeat(ScheduledItem item)
    {
        if (item.Interval is { } interval && !item.IsCanceled)
        {
            lock (_lock)
            {
                Enqueue(item with { Due = item.Due + interval });
            }
        }
    }

    private void Enqueue(ScheduledItem item) => _items.Enqueue(item, (item.Due, ++_lastNumber));

    private sealed record ScheduledItem(TimeSpan Due, TimeSpan? Interval, Action Run, ICancelable? Cancelable)
    {
        public bool IsCanceled => Cancelable?.IsCancellationRequested == true;
    }
}
