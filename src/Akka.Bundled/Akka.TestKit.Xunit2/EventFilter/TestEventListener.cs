using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <summary>The logger that event filters work through. Prints to standard output what no filter recognizes.</summary>
/// <remarks>A crash forgets the filters: expectations under way see no more events and fail.</remarks>
public class TestEventListener : DefaultLogger
{
    private readonly List<EventFilterBase> _filters = [];

    /// <inheritdoc />
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger initialize:
                Subscribe(initialize.LoggingBus);
                return base.Receive(message);
            case Mute mute:
                _filters.AddRange(mute.Filters);
                return true;
            case Unmute unmute:
                foreach (var filter in unmute.Filters)
                {
                    _filters.Remove(filter);
                }

                return true;
            case LogEvent logEvent:
                PrintUnlessFiltered(logEvent);
                return true;
            case DeadLetter letter:
                PrintUnlessFiltered(new Warning(PathOf(letter.Recipient), letter.Recipient.GetType(), letter));
                return true;
            case UnhandledMessage unhandled:
                PrintUnlessFiltered(new Warning(
                    PathOf(unhandled.Recipient),
                    unhandled.Recipient.GetType(),
                    $"Unhandled message from {unhandled.Sender}: {unhandled.Message}"));
                return true;
            default:
                return base.Receive(message);
        }
    }

    private static string PathOf(IActorRef actor) => actor.Path.ToString();

    private void Subscribe(LoggingBus bus)
    {
        bus.Subscribe(Self, typeof(Mute));
        bus.Subscribe(Self, typeof(Unmute));
        bus.Subscribe(Self, typeof(DeadLetter));
        bus.Subscribe(Self, typeof(UnhandledMessage));
    }

    private void PrintUnlessFiltered(LogEvent logEvent)
    {
        // Every filter is asked: two expectations may be about the same event.
        var filtered = false;
        foreach (var filter in _filters)
        {
            filtered |= filter.Apply(logEvent);
        }

        if (!filtered)
        {
            Print(logEvent);
        }
    }
}
