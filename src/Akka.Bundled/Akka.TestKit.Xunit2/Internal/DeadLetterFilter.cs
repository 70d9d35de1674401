using Akka.Event;

namespace Akka.TestKit.Internal;

/// <summary>Recognizes dead letters by what was sent and to whom.</summary>
internal sealed class DeadLetterFilter(Predicate<DeadLetter> fits, SourceRule source, string name) : EventFilterBase
{
    protected override string FilterDescriptiveName => $"dead letter of {name}{source}";

    protected override bool IsMatch(LogEvent evt)
        => evt is Warning { Message: DeadLetter letter } && source.Accepts(evt.LogSource) && fits(letter);
}
