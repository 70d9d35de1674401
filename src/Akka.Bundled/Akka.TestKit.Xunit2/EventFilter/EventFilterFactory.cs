using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <summary>Says which log events are meant. Texts are compared as they are; all that are given must fit.</summary>
/// <remarks>A source is a log source or an actor path, with or without address and uid.</remarks>
public class EventFilterFactory
{
    private readonly TestKitBase _testkit;
    private readonly ActorSystem _actorSystem;
    private readonly IReadOnlyList<EventFilterBase> _filters;

    /// <summary>Builds a factory for the kit's own system.</summary>
    public EventFilterFactory(TestKitBase testkit)
        : this(testkit, (testkit ?? throw new ArgumentNullException(nameof(testkit))).Sys)
    {
    }

    /// <summary>Builds a factory for another system.</summary>
    public EventFilterFactory(TestKitBase testkit, ActorSystem system)
        : this(testkit, system, [])
    {
    }

    /// <summary>Builds a factory that adds to filters.</summary>
    public EventFilterFactory(TestKitBase testkit, ActorSystem actorSystem, IReadOnlyList<EventFilterBase> filters)
    {
        _testkit = testkit;
        _actorSystem = actorSystem;
        _filters = filters;
    }

    /// <summary>Errors with a <typeparamref name="TException"/> whose text, or the event's, fits the pattern.</summary>
    public IEventFilterApplier Exception<TException>(Regex pattern, string? source = null)
        where TException : Exception
        => Exception(typeof(TException), pattern, source);

    /// <summary>Errors with such an exception whose text, or the event's, fits the pattern.</summary>
    public IEventFilterApplier Exception(
        Type exceptionType,
        Regex pattern,
        string? source = null,
        bool checkInnerExceptions = false)
        => CreateApplier(new ExceptionFilter(
            exceptionType, Rule(pattern), new SourceRule(source), checkInnerExceptions));

    /// <summary>Errors with a <typeparamref name="TException"/> whose text, or the event's, fits.</summary>
    public IEventFilterApplier Exception<TException>(
        string? message = null,
        string? start = null,
        string? contains = null,
        string? source = null)
        where TException : Exception
        => Exception(typeof(TException), message, start, contains, source);

    /// <summary>Errors with such an exception whose text, or the event's, fits.</summary>
    public IEventFilterApplier Exception(
        Type exceptionType,
        string? message = null,
        string? start = null,
        string? contains = null,
        string? source = null,
        bool checkInnerExceptions = false)
        => CreateApplier(new ExceptionFilter(
            exceptionType, Rule(message, start, contains), new SourceRule(source), checkInnerExceptions));

    /// <summary>Errors.</summary>
    public IEventFilterApplier Error(
        string? message = null, string? start = null, string? contains = null, string? source = null)
        => Level<Error>(Rule(message, start, contains), source);

    /// <summary>Errors.</summary>
    public IEventFilterApplier Error(Regex pattern, string? source = null) => Level<Error>(Rule(pattern), source);

    /// <summary>Warnings.</summary>
    public IEventFilterApplier Warning(
        string? message = null, string? start = null, string? contains = null, string? source = null)
        => Level<Warning>(Rule(message, start, contains), source);

    /// <summary>Warnings.</summary>
    public IEventFilterApplier Warning(Regex pattern, string? source = null) => Level<Warning>(Rule(pattern), source);

    /// <summary>Infos.</summary>
    public IEventFilterApplier Info(
        string? message = null, string? start = null, string? contains = null, string? source = null)
        => Level<Info>(Rule(message, start, contains), source);

    /// <summary>Infos.</summary>
    public IEventFilterApplier Info(Regex pattern, string? source = null) => Level<Info>(Rule(pattern), source);

    /// <summary>Debug events; the system's loglevel must be DEBUG.</summary>
    public IEventFilterApplier Debug(
        string? message = null, string? start = null, string? contains = null, string? source = null)
        => Level<Debug>(Rule(message, start, contains), source);

    /// <summary>Debug events; the system's loglevel must be DEBUG.</summary>
    public IEventFilterApplier Debug(Regex pattern, string? source = null) => Level<Debug>(Rule(pattern), source);

    /// <summary>Any dead letter.</summary>
    public IEventFilterApplier DeadLetter() => DeadLetters(static _ => true, null, "anything");

    /// <summary>Dead letters with a <typeparamref name="TMessage"/>. The source is the recipient.</summary>
    public IEventFilterApplier DeadLetter<TMessage>(string? source = null)
        => DeadLetter(typeof(TMessage), source);

    /// <summary>Dead letters with a <typeparamref name="TMessage"/> that fits. The source is the recipient.</summary>
    public IEventFilterApplier DeadLetter<TMessage>(Func<TMessage, bool> isMatch, string? source = null)
        => DeadLetters(
            letter => letter.Message is TMessage message && isMatch(message),
            source,
            typeof(TMessage).ToString());

    /// <summary>Dead letters with a message of such a type. The source is the recipient.</summary>
    public IEventFilterApplier DeadLetter(Type type, string? source = null)
    {
        ArgumentNullException.ThrowIfNull(type);
        return DeadLetters(letter => type.IsInstanceOfType(letter.Message), source, type.ToString());
    }

    /// <summary>Events that a function recognizes.</summary>
    public IEventFilterApplier Custom(Predicate<LogEvent> predicate) => CreateApplier(new CustomFilter(predicate));

    /// <summary>Events of <typeparamref name="TLogEvent"/> that a function recognizes.</summary>
    public IEventFilterApplier Custom<TLogEvent>(Predicate<TLogEvent> predicate)
        where TLogEvent : LogEvent
        => Custom(logEvent => logEvent is TLogEvent typed && predicate(typed));

    private static TextRule Rule(Regex pattern) => new(null, null, null, pattern);

    private static TextRule Rule(string? message, string? start, string? contains)
        => new(message, start, contains, null);

    private EventFilterApplier Level<TEvent>(TextRule text, string? source)
        where TEvent : LogEvent
        => CreateApplier(new LevelFilter<TEvent>(text, new SourceRule(source)));

    private EventFilterApplier DeadLetters(Predicate<DeadLetter> fits, string? source, string name)
        => CreateApplier(new DeadLetterFilter(fits, new SourceRule(source), name));

    private EventFilterApplier CreateApplier(EventFilterBase filter)
        => new(_testkit, _actorSystem, [.. _filters, filter]);
}
