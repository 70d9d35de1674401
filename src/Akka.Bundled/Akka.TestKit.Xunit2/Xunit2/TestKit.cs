using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit.Internal;
using Akka.TestKit.Xunit2.Internals;
using Xunit.Abstractions;

namespace Akka.TestKit.Xunit2;

/// <summary>The kit for xunit: derive test classes from it. Disposing it terminates the actor system.</summary>
/// <remarks>Source-compatible subset of the published Akka.TestKit.Xunit2.</remarks>
public class TestKit : TestKitBase, IDisposable
{
    /// <summary>The output of the test, or null.</summary>
    protected readonly ITestOutputHelper? Output;

    private bool _isDisposed;

    /// <summary>Builds a kit on an actor system, or on a new one with the default configuration.</summary>
    /// <param name="system">The system; null makes a new one.</param>
    /// <param name="output">Also receives what is logged; null is nowhere.</param>
    public TestKit(ActorSystem? system = null, ITestOutputHelper? output = null)
        : base(Assertions, system)
    {
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>Builds a kit on a new actor system.</summary>
    /// <param name="config">The setup of the system; the kit's configuration is its fallback.</param>
    /// <param name="actorSystemName">The name of the system; null is "test".</param>
    /// <param name="output">Also receives what is logged; null is nowhere.</param>
    public TestKit(ActorSystemSetup config, string? actorSystemName = null, ITestOutputHelper? output = null)
        : base(Assertions, config, actorSystemName)
    {
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>Builds a kit on a new actor system.</summary>
    /// <param name="config">The configuration of the system; the kit's own is its fallback.</param>
    /// <param name="actorSystemName">The name of the system; null is "test".</param>
    /// <param name="output">Also receives what is logged; null is nowhere.</param>
    public TestKit(Config config, string? actorSystemName = null, ITestOutputHelper? output = null)
        : base(Assertions, config, actorSystemName)
    {
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>Builds a kit on a new actor system.</summary>
    /// <param name="config">The configuration of the system in HOCON; the kit's own is its fallback.</param>
    /// <param name="output">Also receives what is logged; null is nowhere.</param>
    public TestKit(string config, ITestOutputHelper? output = null)
        : base(Assertions, ConfigurationFactory.ParseString(config))
    {
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>What a new system falls back to.</summary>
    public static new Config DefaultConfig => TestKitBase.DefaultConfig;

    /// <summary>A configuration that makes Akka log everything it can.</summary>
    public static new Config FullDebugConfig => TestKitBase.FullDebugConfig;

    /// <summary>How failures are reported.</summary>
    protected static XunitAssertions Assertions { get; } = new();

    /// <summary>Terminates the actor system.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs when the test is over, before <see cref="Dispose()"/> returns: terminates the actor
    /// system.</summary>
    protected virtual void AfterAll() => Shutdown();

    /// <summary>Terminates the actor system, once.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _isDisposed)
        {
            return;
        }

        _isDisposed = true;
        try
        {
            AfterAll();
        }
        finally
        {
            ReleaseThread();
        }
    }

    /// <summary>Makes a system log to <see cref="Output"/>, if there is one.</summary>
    protected void InitializeLogger(ActorSystem system)
    {
        if (Output is null)
        {
            return;
        }

        var output = Output;
        var logger = ((ExtendedActorSystem)system).SystemActorOf(
            Props.Create(() => new TestOutputLogger(output)),
            "log-test");
        Blocking.Wait(logger.Ask<LoggerInitialized>(
            new InitializeLogger(system.EventStream),
            TestKitSettings.DefaultTimeout));
    }
}
