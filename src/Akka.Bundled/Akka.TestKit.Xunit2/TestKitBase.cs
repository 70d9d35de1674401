using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <summary>A test actor, what it received, and the expectations about that. Not bound to a test framework.</summary>
/// <remarks>
/// Source-compatible subset of the published type. One test uses a kit at a time. The constructor makes the test actor
/// the implicit sender of the calling thread and of what follows any await of a test that started there, unless the
/// kit is an <see cref="INoImplicitSender"/>. Left out: ChildActorOf, ActorOfAsTestFSMRef, AwaitResult.
/// </remarks>
public abstract partial class TestKitBase : IActorRefFactory
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private static int _testActorNumber;

    private readonly ITestKitAssertions _assertions;
    private readonly ActorSystem _system;
    private readonly TestKitSettings _settings;
    private readonly TestActorQueue _queue = new();
    private readonly ActorCell _cell;
    private readonly IActorRef _testActor;
    private MessageEnvelope _last = NullMessageEnvelope.Instance;
    private bool _lastWasNoMessage;
    private TimeSpan? _withinEnd;

    /// <summary>Builds a kit on an actor system, or on a new one with the default configuration.</summary>
    /// <param name="assertions">How failures are reported.</param>
    /// <param name="system">The system; null makes a new one, which the kit's owner shuts down.</param>
    /// <param name="testActorName">The name of the test actor; null picks one.</param>
    protected TestKitBase(ITestKitAssertions assertions, ActorSystem? system = null, string? testActorName = null)
        : this(assertions, system, ActorSystemSetup.Empty, null, testActorName)
    {
    }

    /// <summary>Builds a kit on a new actor system.</summary>
    /// <param name="assertions">How failures are reported.</param>
    /// <param name="setup">The setup of the system; the kit's configuration is its fallback.</param>
    /// <param name="actorSystemName">The name of the system; null is "test".</param>
    /// <param name="testActorName">The name of the test actor; null picks one.</param>
    protected TestKitBase(
        ITestKitAssertions assertions,
        ActorSystemSetup setup,
        string? actorSystemName = null,
        string? testActorName = null)
        : this(assertions, null, setup, actorSystemName, testActorName)
    {
    }

    /// <summary>Builds a kit on a new actor system.</summary>
    /// <param name="assertions">How failures are reported.</param>
    /// <param name="config">The configuration of the system; the kit's own is its fallback.</param>
    /// <param name="actorSystemName">The name of the system; null is "test".</param>
    /// <param name="testActorName">The name of the test actor; null picks one.</param>
    protected TestKitBase(
        ITestKitAssertions assertions,
        Config config,
        string? actorSystemName = null,
        string? testActorName = null)
        : this(
            assertions,
            null,
            ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config)),
            actorSystemName,
            testActorName)
    {
    }

    /// <summary>Builds a kit.</summary>
    /// <param name="assertions">How failures are reported.</param>
    /// <param name="system">The system; null makes a new one.</param>
    /// <param name="config">The setup of a new system.</param>
    /// <param name="actorSystemName">The name of a new system; null is "test".</param>
    /// <param name="testActorName">The name of the test actor; null picks one.</param>
    protected TestKitBase(
        ITestKitAssertions assertions,
        ActorSystem? system,
        ActorSystemSetup config,
        string? actorSystemName,
        string? testActorName)
    {
        ArgumentNullException.ThrowIfNull(assertions);
        ArgumentNullException.ThrowIfNull(config);
        _assertions = assertions;
        _system = system ?? ActorSystem.Create(actorSystemName ?? "test", WithDefaults(config));
        _settings = TestKitExtension.For(_system);
        Log = Logging.GetLogger(_system, GetType());
        EventFilter = new EventFilterFactory(this);
        (_testActor, _cell) = StartTestActor(_system, _queue, testActorName);
        if (this is not INoImplicitSender)
        {
            InternalCurrentActorCellKeeper.Current = _cell;
            SynchronizationContext.SetSynchronizationContext(
                new ActorCellKeepingSynchronizationContext(_cell, SynchronizationContext.Current));
        }
    }

    /// <summary>What a new system falls back to: loggers and <c>akka.test</c>.</summary>
    public static Config DefaultConfig => TestKitConfigs.Default;

    /// <summary>A configuration that makes Akka log everything it can.</summary>
    public static Config FullDebugConfig => TestKitConfigs.FullDebug;

    /// <summary>The actor system under test.</summary>
    public ActorSystem Sys => _system;

    /// <summary>The values of <c>akka.test</c>.</summary>
    public TestKitSettings TestKitSettings => _settings;

    /// <summary>The actor whose messages the expectations are about.</summary>
    public IActorRef TestActor => _testActor;

    /// <summary>Who sent the message received last; <see cref="ActorRefs.NoSender"/> before the first one.</summary>
    public IActorRef LastSender => _last is NullMessageEnvelope ? ActorRefs.NoSender : _last.Sender;

    /// <summary>The message received last, or null.</summary>
    public object? LastMessage => _last is NullMessageEnvelope ? null : _last.Message;

    /// <summary>Whether a receive would return at once.</summary>
    public bool HasMessages => !_queue.IsEmpty;

    /// <summary>A logger of the kit.</summary>
    public ILoggingAdapter Log { get; }

    /// <summary>Expectations about what the system logs. Needs <see cref="TestEventListener"/> among
    /// akka.loggers.</summary>
    public EventFilterFactory EventFilter { get; }

    /// <summary>The monotonic, real time that deadlines are counted in.</summary>
    protected static TimeSpan Now => TestClock.Now;

    internal ITestKitAssertions Asserting => _assertions;

    /// <summary>Event filters for another system than <see cref="Sys"/>.</summary>
    public EventFilterFactory CreateEventFilter(ActorSystem system) => new(this, system);

    /// <summary>Drops what the function says true for, from the next message sent on.</summary>
    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage)
        => _testActor.Tell(new InternalTestActor.SetIgnore(shouldIgnoreMessage), ActorRefs.NoSender);

    /// <summary>Drops messages of <typeparamref name="T"/> for which the function says true.</summary>
    public void IgnoreMessages<T>(Func<T, bool> shouldIgnoreMessage)
        => IgnoreMessages(message => message is T typed && shouldIgnoreMessage(typed));

    /// <summary>Drops messages of <typeparamref name="T"/>.</summary>
    public void IgnoreMessages<T>() => IgnoreMessages(static message => message is T);

    /// <summary>Drops nothing any more.</summary>
    public void IgnoreNoMessages()
        => _testActor.Tell(new InternalTestActor.SetIgnore(null), ActorRefs.NoSender);

    /// <summary>Lets <paramref name="pilot"/> answer messages, from the next message sent on.</summary>
    public void SetAutoPilot(AutoPilot pilot)
        => _testActor.Tell(new InternalTestActor.SetAutoPilot(pilot), ActorRefs.NoSender);

    /// <summary>Lets the test actor watch an actor. On return it does.</summary>
    public IActorRef Watch(IActorRef actorToWatch) => Blocking.Wait(WatchAsync(actorToWatch));

    /// <inheritdoc cref="Watch" />
    public async Task<IActorRef> WatchAsync(IActorRef actorToWatch)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _testActor.Tell(new InternalTestActor.WatchActor(actorToWatch, done), ActorRefs.NoSender);
        await done.Task.WaitAsync(Dilated(_settings.DefaultTimeout)).ConfigureAwait(false);
        return actorToWatch;
    }

    /// <summary>Lets the test actor watch an actor no longer. On return it does not.</summary>
    public IActorRef Unwatch(IActorRef actorToUnwatch) => Blocking.Wait(UnwatchAsync(actorToUnwatch));

    /// <inheritdoc cref="Unwatch" />
    public async Task<IActorRef> UnwatchAsync(IActorRef actorToUnwatch)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _testActor.Tell(new InternalTestActor.UnwatchActor(actorToUnwatch, done), ActorRefs.NoSender);
        await done.Task.WaitAsync(Dilated(_settings.DefaultTimeout)).ConfigureAwait(false);
        return actorToUnwatch;
    }

    /// <summary>A probe: another test actor with expectations of its own, on the same system.</summary>
    public virtual TestProbe CreateTestProbe(string? name = null) => CreateTestProbe(_system, name);

    /// <summary>A probe on another system.</summary>
    public virtual TestProbe CreateTestProbe(ActorSystem system, string? name = null)
        => new(system, _assertions, name);

    /// <summary>An actor that queues for this kit what it receives: a second address of the test actor.</summary>
    public IActorRef CreateTestActor(string name) => StartTestActor(_system, _queue, name).TestActor;

    /// <summary>A latch that opens after <paramref name="count"/> counts.</summary>
    public virtual TestLatch CreateTestLatch(int count = 1)
        => new(Dilated, count, _settings.DefaultTimeout);

    /// <summary>A barrier that opens when <paramref name="count"/> parties wait at it.</summary>
    public TestBarrier CreateTestBarrier(int count) => new(this, count, _settings.DefaultTimeout);

    /// <summary>Terminates <see cref="Sys"/> and waits for it.</summary>
    /// <param name="duration">How long to wait, dilated; null is 5 s.</param>
    /// <param name="verifySystemShutdown">Whether it is a failure when the time is up; otherwise a warning is
    /// logged.</param>
    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false)
        => Shutdown(_system, duration, verifySystemShutdown);

    /// <summary>Terminates a system and waits for it.</summary>
    /// <param name="system">The system.</param>
    /// <param name="duration">How long to wait, dilated; null is 5 s.</param>
    /// <param name="verifySystemShutdown">Whether it is a failure when the time is up; otherwise a warning is
    /// logged.</param>
    /// <exception cref="TimeoutException">The time is up, and that is a failure.</exception>
    protected virtual void Shutdown(ActorSystem system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        ArgumentNullException.ThrowIfNull(system);
        var time = Dilated(duration ?? TimeSpan.FromSeconds(5));
        var terminated = system.Terminate();
        if (!Blocking.Wait(TestClock.FinishesWithinAsync(terminated, time, CancellationToken.None)))
        {
            var message = $"The actor system {system.Name} did not terminate within {time}.";
            if (verifySystemShutdown)
            {
                throw new TimeoutException(message);
            }

            system.Log.Warning(message);
        }
    }

    /// <summary>Undoes, on the calling thread, what the constructor did to the thread that built the kit.</summary>
    internal void ReleaseThread()
    {
        if (InternalCurrentActorCellKeeper.Current == _cell)
        {
            InternalCurrentActorCellKeeper.Current = null;
        }

        if (SynchronizationContext.Current is ActorCellKeepingSynchronizationContext current && current.Cell == _cell)
        {
            SynchronizationContext.SetSynchronizationContext(current.Inner);
        }
    }

    [DoesNotReturn]
    internal void Fail(string message)
    {
        _assertions.Fail("{0}", message);
        throw new UnreachableException($"The assertions did not throw for: {message}");
    }

    private static ActorSystemSetup WithDefaults(ActorSystemSetup setup)
    {
        var bootstrap = setup.Get<BootstrapSetup>();
        return setup.WithSetup(bootstrap.HasValue
            ? bootstrap.Value.WithConfigFallback(TestKitConfigs.Default)
            : BootstrapSetup.Create().WithConfig(TestKitConfigs.Default));
    }

    private static (IActorRef TestActor, ActorCell Cell) StartTestActor(
        ActorSystem system,
        TestActorQueue queue,
        string? name)
    {
        // The actor starts in the background; until it has, there is no cell that could be the sender of anything.
        var started = new TaskCompletionSource<ActorCell>(TaskCreationOptions.RunContinuationsAsynchronously);
        var props = Props.Create(() => new InternalTestActor(queue, started))
            .WithDispatcher("akka.test.test-actor.dispatcher");
        var actor = ((ExtendedActorSystem)system).SystemActorOf(
            props,
            name ?? $"testActor{Interlocked.Increment(ref _testActorNumber)}");
        return (actor, Blocking.Wait(started.Task.WaitAsync(StartTimeout)));
    }
}
