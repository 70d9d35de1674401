using Akka.Event;

namespace Akka.TestKit;

/// <summary>Hears of a recognized event.</summary>
public delegate void EventMatchedHandler(EventFilterBase eventFilter, LogEvent logEvent);

/// <summary>Recognizes log events and tells who wants to know. Called on the logger's thread.</summary>
public abstract class EventFilterBase : IEventFilter
{
    /// <summary>An event was recognized.</summary>
    public event EventMatchedHandler? EventMatched;

    /// <summary>What the filter looks for, for messages.</summary>
    protected abstract string FilterDescriptiveName { get; }

    /// <inheritdoc />
    public bool Apply(LogEvent logEvent)
    {
        if (!IsMatch(logEvent))
        {
            return false;
        }

        EventMatched?.Invoke(this, logEvent);
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => FilterDescriptiveName;

    /// <summary>Whether the event is recognized.</summary>
    protected abstract bool IsMatch(LogEvent evt);
}
