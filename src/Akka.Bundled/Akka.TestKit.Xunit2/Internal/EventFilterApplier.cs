using Akka.Actor;
using Akka.Event;

namespace Akka.TestKit.Internal;

/// <summary>Installs filters around an action and counts what they recognize.</summary>
internal sealed class EventFilterApplier(
    TestKitBase testKit, ActorSystem system, IReadOnlyList<EventFilterBase> filters) : IEventFilterApplier
{
    public EventFilterFactory And => new(testKit, system, filters);

    public void ExpectOne(Action action, CancellationToken cancellationToken = default)
        => Expect(1, action, cancellationToken);

    public Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default)
        => ExpectAsync(1, actionAsync, cancellationToken);

    public void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default)
        => Expect(1, timeout, action, cancellationToken);

    public Task ExpectOneAsync(
        TimeSpan timeout, Func<Task> actionAsync, CancellationToken cancellationToken = default)
        => ExpectAsync(1, timeout, actionAsync, cancellationToken);

    public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default)
        => Run(expectedCount, null, ToFunc(action), cancellationToken);

    public Task ExpectAsync(
        int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default)
        => RunAsync(expectedCount, null, ToFunc(actionAsync), cancellationToken);

    public void Expect(
        int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default)
        => Run(expectedCount, timeout, ToFunc(action), cancellationToken);

    public Task ExpectAsync(
        int expectedCount, TimeSpan timeout, Func<Task> actionAsync, CancellationToken cancellationToken = default)
        => RunAsync(expectedCount, timeout, ToFunc(actionAsync), cancellationToken);

    public T ExpectOne<T>(Func<T> func, CancellationToken cancellationToken = default)
        => Run(1, null, func, cancellationToken);

    public Task<T> ExpectOneAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default)
        => RunAsync(1, null, func, cancellationToken);

    public T ExpectOne<T>(TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default)
        => Run(1, timeout, func, cancellationToken);

    public Task<T> ExpectOneAsync<T>(
        TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default)
        => RunAsync(1, timeout, func, cancellationToken);

    public T Expect<T>(int expectedCount, Func<T> func, CancellationToken cancellationToken = default)
        => Run(expectedCount, null, func, cancellationToken);

    public Task<T> ExpectAsync<T>(
        int expectedCount, Func<Task<T>> func, CancellationToken cancellationToken = default)
        => RunAsync(expectedCount, null, func, cancellationToken);

    public T Expect<T>(
        int expectedCount, TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default)
        => Run(expectedCount, timeout, func, cancellationToken);

    public Task<T> ExpectAsync<T>(
        int expectedCount, TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default)
        => RunAsync(expectedCount, timeout, func, cancellationToken);

    public void Mute(Action action, CancellationToken cancellationToken = default)
        => Mute(ToFunc(action), cancellationToken);

    public Task MuteAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default)
        => MuteAsync(ToFunc(actionAsync), cancellationToken);

    public T Mute<T>(Func<T> func, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var mute = Mute();
        return func();
    }

    public async Task<T> MuteAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var mute = Mute();
        return await func().ConfigureAwait(true);
    }

    public IUnmutableFilter Mute() => new Installed(system, filters, null);

    private static Func<object?> ToFunc(Action action) => () =>
    {
        action();
        return null;
    };

    private static Func<Task<object?>> ToFunc(Func<Task> action) => async () =>
    {
        await action().ConfigureAwait(true);
        return null;
    };

    private T Run<T>(int expected, TimeSpan? timeout, Func<T> func, CancellationToken cancellationToken)
    {
        var counter = new MatchCounter(expected);
        using var installed = new Installed(system, filters, counter);
        var result = func();
        Blocking.Wait(VerifyAsync(counter, timeout, cancellationToken));
        return result;
    }

    private async Task<T> RunAsync<T>(
        int expected, TimeSpan? timeout, Func<Task<T>> func, CancellationToken cancellationToken)
    {
        var counter = new MatchCounter(expected);
        using var installed = new Installed(system, filters, counter);
        var result = await func().ConfigureAwait(true);
        await VerifyAsync(counter, timeout, cancellationToken).ConfigureAwait(false);
        return result;
    }

    private async Task VerifyAsync(MatchCounter counter, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var time = testKit.Dilated(timeout ?? testKit.TestKitSettings.TestEventFilterLeeway);
        await TestClock.FinishesWithinAsync(counter.Decided, time, cancellationToken).ConfigureAwait(false);
        if (counter.Count != counter.Expected)
        {
            testKit.Fail($"Expected {counter.Expected} log events within {time}, but there were {counter.Count} of: "
                + string.Join("; or ", filters));
        }
    }

    /// <summary>Filters while the logger asks them.</summary>
    private sealed class Installed : IUnmutableFilter
    {
        private readonly ActorSystem _system;
        private readonly IReadOnlyList<EventFilterBase> _filters;
        private readonly MatchCounter? _counter;
        private int _isUnmuted;

        public Installed(ActorSystem system, IReadOnlyList<EventFilterBase> filters, MatchCounter? counter)
        {
            (_system, _filters, _counter) = (system, filters, counter);
            if (_counter is not null)
            {
                foreach (var filter in filters)
                {
                    filter.EventMatched += _counter.OnMatched;
                }
            }

            system.EventStream.Publish(new Internal.Mute(filters));
        }

        public void Unmute() => Dispose();

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isUnmuted, 1) == 1)
            {
                return;
            }

            _system.EventStream.Publish(new Unmute(_filters));
            if (_counter is not null)
            {
                foreach (var filter in _filters)
                {
                    filter.EventMatched -= _counter.OnMatched;
                }
            }
        }
    }

    /// <summary>Counts events, each once however many filters recognize it.</summary>
    private sealed class MatchCounter(int expected)
    {
        private readonly Lock _lock = new();
        private readonly TaskCompletionSource _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private LogEvent? _last;
        private int _count;

        public int Expected => expected;

        /// <summary>Completes when as many came as were expected or, where none were, when one came.</summary>
        public Task Decided => _decided.Task;

        public int Count
        {
            get
            {
                lock (_lock)
                {
                    return _count;
                }
            }
        }

        public void OnMatched(LogEvent logEvent)
        {
            lock (_lock)
            {
                if (ReferenceEquals(_last, logEvent))
                {
                    return;
                }

                _last = logEvent;
                if (++_count >= Math.Max(1, expected))
                {
                    _decided.TrySetResult();
                }
            }
        }
    }
}
