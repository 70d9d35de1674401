using Akka.Dispatch;

namespace Akka.TestKit;

/// <summary>Handles an actor's messages on the thread that sends them, before the send returns.</summary>
/// <remarks>
/// An approximation of the published type: while one thread is in the actor, what other threads send to it is handled
/// by that thread, where the published type makes the senders wait.
/// </remarks>
public class CallingThreadDispatcher : MessageDispatcher
{
    /// <summary>The configuration path, for <c>Props.WithDispatcher</c>.</summary>
    public static new readonly string Id = "akka.test.calling-thread-dispatcher";

    /// <summary>Builds a dispatcher.</summary>
    public CallingThreadDispatcher(MessageDispatcherConfigurator configurator)
        : base(configurator)
    {
    }

    /// <inheritdoc />
    protected override void ExecuteTask(IRunnable run)
    {
        ArgumentNullException.ThrowIfNull(run);
        run.Run();
    }

    /// <inheritdoc />
    protected override void Shutdown()
    {
        // It holds no threads.
    }
}
