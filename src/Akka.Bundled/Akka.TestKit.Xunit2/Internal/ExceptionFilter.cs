using Akka.Event;

namespace Akka.TestKit.Internal;

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
