using Akka.Actor;
using Akka.Event;
using Xunit.Abstractions;

namespace Akka.TestKit.Xunit2.Internals;

/// <summary>A logger that writes to a test's output.</summary>
/// <remarks>What is logged after the test ended has no output any more and is dropped.</remarks>
public class TestOutputLogger : ReceiveActor
{
    private readonly ITestOutputHelper _output;

    /// <summary>Builds a logger.</summary>
    public TestOutputLogger(ITestOutputHelper output)
    {
        _output = output;
        Receive<LogEvent>(OnLogEvent);
        Receive<InitializeLogger>(OnInitialize);
    }

    private void OnInitialize(InitializeLogger message)
    {
        message.LoggingBus.Subscribe(Self, typeof(LogEvent));
        Sender.Tell(new LoggerInitialized());
    }

    private void OnLogEvent(LogEvent logEvent)
    {
        try
        {
            _output.WriteLine(logEvent.ToString());
        }
        catch (InvalidOperationException)
        {
            // There is no test any more that this could be shown with.
        }
    }
}
