using Akka.Event;

namespace Akka.TestKit.Internal;

/// <summary>Recognizes events of one level by text and source.</summary>
internal sealed class LevelFilter<TEvent>(TextRule text, SourceRule source) : EventFilterBase
    where TEvent : LogEvent
{
    protected override string FilterDescriptiveName => $"{typeof(TEvent).Name} with {text}{source}";

    protected override bool IsMatch(LogEvent evt)
        => evt is TEvent && source.Accepts(evt.LogSource) && text.Accepts(evt.Message?.ToString());
}

/// <summary>Recognizes errors by the exception they carry, and its text or the event's.</summary>
internal sealed class ExceptionFilter(Type type, TextRule text, SourceRule source, bool checkInner) : EventFilterBase
{
    protected override string FilterDescriptiveName => $"error with {type} and {text}{source}";

    protected override bool IsMatch(LogEvent evt)
        => evt is Error { Cause: { } cause } && source.Accepts(evt.LogSource) && Accepts(cause, evt);

    private bool Accepts(Exception cause, LogEvent evt)
    {
        if (type.IsInstanceOfType(cause) && (text.Accepts(evt.Message?.ToString()) || text.Accepts(cause.Message)))
        {
            return true;
        }

        return checkInner && (cause is AggregateException many
            ? many.InnerExceptions.Any(inner => Accepts(inner, evt))
            : cause.InnerException is { } inner && Accepts(inner, evt));
    }
}

/// <summary>Recognizes dead letters by what was sent and to whom.</summary>
internal sealed class DeadLetterFilter(Predicate<DeadLetter> fits, SourceRule source, string name) : EventFilterBase
{
    protected override string FilterDescriptiveName => $"dead letter of {name}{source}";

    protected override bool IsMatch(LogEvent evt)
        => evt is Warning { Message: DeadLetter letter } && source.Accepts(evt.LogSource) && fits(letter);
}

/// <summary>Recognizes what a function says.</summary>
internal sealed class CustomFilter(Predicate<LogEvent> fits) : EventFilterBase
{
    protected override string FilterDescriptiveName => "custom";

    protected override bool IsMatch(LogEvent evt) => fits(evt);
}
