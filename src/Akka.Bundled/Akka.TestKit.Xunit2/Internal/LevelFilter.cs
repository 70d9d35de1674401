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
