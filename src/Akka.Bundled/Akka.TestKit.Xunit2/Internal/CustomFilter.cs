using Akka.Event;

namespace Akka.TestKit.Internal;

/// <summary>Recognizes what a function says.</summary>
internal sealed class CustomFilter(Predicate<LogEvent> fits) : EventFilterBase
{
    protected override string FilterDescriptiveName => "custom";

    protected override bool IsMatch(LogEvent evt) => fits(evt);
}
