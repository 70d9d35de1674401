using System.Globalization;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Dispatch;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <summary>A reference to an actor that handles messages on the sender's thread and whose state a test may look
/// at.</summary>
/// <remarks>
/// Subset of the published type: no static helpers, and <see cref="Receive(object, IActorRef)"/> is a plain tell,
/// which here is synchronous as well; what the actor throws goes to its supervisor.
/// </remarks>
/// <typeparam name="TActor">The actor's class.</typeparam>
public class TestActorRef<TActor> : LocalActorRef
    where TActor : ActorBase
{
    private static int _number;

    /// <summary>Starts an actor.</summary>
    /// <param name="system">The actor system, which has the kit's configuration.</param>
    /// <param name="actorProps">How to make the actor. Its dispatcher is replaced, if it is the default one.</param>
    /// <param name="supervisor">The parent, an actor of the same system; null is the user guardian.</param>
    /// <param name="name">The actor's name; null picks one.</param>
    public TestActorRef(ActorSystem system, Props actorProps, IActorRef? supervisor = null, string? name = null)
        : this(Plan(system, actorProps, supervisor, name))
    {
    }

    private TestActorRef(StartPlan start)
        : base(start.System, start.Props, start.Dispatcher, start.Mailbox, start.Supervisor, start.Path)
    {
        start.SupervisorCell.InitChild(this);
        Start();
    }

    /// <summary>The actor itself, as it is now: after a restart it is another one.</summary>
    public TActor UnderlyingActor => (TActor)((TestActorCell)Cell).Instance;

    /// <summary>Handles a message without a sender.</summary>
    public void Receive(object message) => Receive(message, ActorRefs.NoSender);

    /// <summary>Handles a message.</summary>
    public void Receive(object message, IActorRef sender) => Tell(message, sender);

    /// <summary>Lets this actor watch another one.</summary>
    public void Watch(IActorRef subject) => Cell.Watch(subject);

    /// <summary>Lets this actor watch another one no longer.</summary>
    public void Unwatch(IActorRef subject) => Cell.Unwatch(subject);

    /// <inheritdoc />
    protected override ActorCell NewActorCell(
        ActorSystemImpl system,
        IInternalActorRef self,
        Props props,
        MessageDispatcher dispatcher,
        IInternalActorRef supervisor)
        => new TestActorCell(system, self, props, dispatcher, supervisor);

    private static StartPlan Plan(ActorSystem system, Props actorProps, IActorRef? supervisor, string? name)
    {
        ArgumentNullException.ThrowIfNull(actorProps);
        TestKitExtension.For(system);
        var impl = (ActorSystemImpl)system;
        var props = actorProps.Deploy.Dispatcher == Deploy.NoDispatcherGiven
            ? actorProps.WithDispatcher(CallingThreadDispatcher.Id)
            : actorProps;
        var dispatcher = impl.Dispatchers.Lookup(props.Dispatcher);
        var parent = (IInternalActorRef)(supervisor ?? impl.Guardian);
        var cell = parent switch
        {
            LocalActorRef local => local.Cell,
            RepointableActorRef { Underlying: ActorCell started } => started,
            _ => throw new ArgumentException($"{parent} is not a started actor of this process.", nameof(supervisor)),
        };
        var chosen = name ?? string.Create(CultureInfo.InvariantCulture, $"$test{Interlocked.Increment(ref _number)}");
        cell.ReserveChild(chosen);
        var path = new ChildActorPath(parent.Path, chosen, Random.Shared.Next(1, int.MaxValue));
        return new StartPlan(
            impl,
            props,
            dispatcher,
            impl.Mailboxes.GetMailboxType(props, dispatcher.Configurator.Config),
            parent,
            cell,
            path);
    }

    private sealed record StartPlan(
        ActorSystemImpl System,
        Props Props,
        MessageDispatcher Dispatcher,
        MailboxType Mailbox,
        IInternalActorRef Supervisor,
        ActorCell SupervisorCell,
        ActorPath Path);
}
