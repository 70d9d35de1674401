using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Kcopyd.Actors.Tests.Observing;

/// <summary>Keeps what is logged, in order.</summary>
internal sealed class RecordingLoggerFactory : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<Logged> _logged = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _awaited = new();

    /// <summary>The events so far, the first one first.</summary>
    public IReadOnlyList<Logged> Events => [.. _logged];

    /// <summary>The only event with this id.</summary>
    public Logged Single(int id) => Assert.Single(Events, logged => logged.Event.Id == id);

    /// <summary>Completes when an event with this id was logged.</summary>
    public Task LoggedAsync(int id) => Awaited(id).Task;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        _logged.Enqueue(new Logged(eventId, logLevel, formatter(state, exception), exception));
        Awaited(eventId.Id).TrySetResult();
    }

    public void Dispose()
    {
    }

    private TaskCompletionSource Awaited(int id) => _awaited.GetOrAdd(
        id, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    internal sealed record Logged(EventId Event, LogLevel Level, string Text, Exception? Cause);
}
