using Akka.Event;

namespace Akka.TestKit;

/// <summary>Recognizes log events and tells who wants to know. Called on the logger's thread.</summary>
/// <remarks>Not for derivation: tests make filters with <see cref="EventFilterFactory"/>.</remarks>
public abstract class EventFilterBase : IEventFilter
{
    private protected EventFilterBase()
    {
    }

    /// <summary>An event was recognized.</summary>
    internal event Action<LogEvent>? EventMatched;

    /// <summary>What the filter looks for, for messages.</summary>
    protected abstract string FilterDescriptiveName { get; }

    /// <inheritdoc />
    public bool Apply(LogEvent logEvent)
    {
        if (!IsMatch(logEvent))
        {
            return false;
        }

        EventMatched?.Invoke(logEvent);
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => FilterDescriptiveName;

    /// <summary>Whether the event is recognized.</summary>
    protected abstract bool IsMatch(LogEvent evt);
}
