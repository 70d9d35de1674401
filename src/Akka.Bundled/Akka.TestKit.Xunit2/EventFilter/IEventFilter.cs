using Akka.Event;

namespace Akka.TestKit;

/// <summary>Recognizes log events.</summary>
public interface IEventFilter
{
    /// <summary>Whether the event is recognized; it is then kept from the log.</summary>
    bool Apply(LogEvent logEvent);
}
