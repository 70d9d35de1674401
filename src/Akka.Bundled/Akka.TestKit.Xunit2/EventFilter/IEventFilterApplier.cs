namespace Akka.TestKit;

/// <summary>What to do with the events that filters recognize.</summary>
/// <remarks>
/// Logging is asynchronous: after the action, an expectation waits for its events until the timeout, which is dilated;
/// without one it is <c>akka.test.filter-leeway</c>. Expecting none waits for all of it, so give a short one.
/// </remarks>
public interface IEventFilterApplier
{
    /// <summary>More filters: an event counts if any of them recognizes it.</summary>
    EventFilterFactory And { get; }

    /// <summary>Fails unless exactly one event is logged.</summary>
    void ExpectOne(Action action, CancellationToken cancellationToken = default);

    /// <summary>Fails unless exactly one event is logged.</summary>
    Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default);

    /// <summary>Fails unless exactly one event is logged.</summary>
    void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default);

    /// <summary>Fails unless exactly one event is logged.</summary>
    Task ExpectOneAsync(TimeSpan timeout, Func<Task> actionAsync, CancellationToken cancellationToken = default);

    /// <summary>Fails unless exactly so many events are logged.</summary>
    void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default);

    /// <summary>Fails unless exactly so many events are logged.</summary>
    Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default);

    /// <summary>Fails unless exactly so many events are logged.</summary>
    void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default);

    /// <summary>Fails unless exactly so many events are logged.</summary>
    Task ExpectAsync(
        int expectedCount, TimeSpan timeout, Func<Task> actionAsync, CancellationToken cancellationToken = default);

    /// <summary>Fails unless exactly one event is logged.</summary>
    T ExpectOne<T>(Func<T> func, CancellationToken cancellationToken = default);

    /// <summary>Fails unless exactly one event is logged.</summary>
    Task<T> ExpectOneAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default);

    /// <summary>Fails unless exactly one event is logged.</summary>
    T ExpectOne<T>(TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default);

    /// <summary>Fails unless exactly one event is logged.</summary>
    Task<T> ExpectOneAsync<T>(TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default);

    /// <summary>Fails unless exactly so many events are logged.</summary>
    T Expect<T>(int expectedCount, Func<T> func, CancellationToken cancellationToken = default);

    /// <summary>Fails unless exactly so many events are logged.</summary>
    Task<T> ExpectAsync<T>(int expectedCount, Func<Task<T>> func, CancellationToken cancellationToken = default);

    /// <summary>Fails unless exactly so many events are logged.</summary>
    T Expect<T>(int expectedCount, TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default);

    /// <summary>Fails unless exactly so many events are logged.</summary>
    Task<T> ExpectAsync<T>(
        int expectedCount, TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default);

    /// <summary>Keeps the events from the log while the action runs.</summary>
    void Mute(Action action, CancellationToken cancellationToken = default);

    /// <summary>Keeps the events from the log while the action runs.</summary>
    Task MuteAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default);

    /// <summary>Keeps the events from the log while the function runs.</summary>
    T Mute<T>(Func<T> func, CancellationToken cancellationToken = default);

    /// <summary>Keeps the events from the log while the function runs.</summary>
    Task<T> MuteAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default);

    /// <summary>Keeps the events from the log until the result is undone or disposed.</summary>
    IUnmutableFilter Mute();
}
