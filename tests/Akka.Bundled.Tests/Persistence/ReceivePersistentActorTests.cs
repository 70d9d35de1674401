using Akka.Actor;
using Akka.Event;
using Akka.Persistence;

namespace Akka.Bundled.Tests.Persistence;

public sealed class ReceivePersistentActorTests : PersistenceTest
{
    [Fact]
    public void Commands_and_events_go_to_the_handlers_of_their_types()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Counter("counter")));
        actor.Tell(new Add(2));
        actor.Tell(new Add(3));
        actor.Tell("value");
        ExpectMsg(5);
        Stop(actor);

        actor = Sys.ActorOf(Props.Create(() => new Counter("counter")));
        actor.Tell("value");

        ExpectMsg(5);
    }

    [Fact]
    public void Predicates_and_order_decide_between_handlers()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Counter("counter")));

        actor.Tell(new Add(-1));
        actor.Tell("text");
        actor.Tell(7);
        actor.Tell(1.5);

        ExpectMsgs("not below zero", "text text", "int 7", "any 1.5");
    }

    [Fact]
    public void Behaviour_changes_and_changes_back()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Counter("counter")));

        actor.Tell("lock");
        actor.Tell(new Add(1));
        actor.Tell("unlock");
        actor.Tell(new Add(1));
        actor.Tell("value");

        ExpectMsgs("locked", 1);
    }

    [Fact]
    public void Behaviour_waits_for_an_event_to_change()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Counter("counter")));

        actor.Tell("lock when written");
        actor.Tell(new Add(1));

        ExpectMsgs("locked");
    }

    [Fact]
    public void Command_that_no_handler_takes_is_unhandled()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));
        var actor = Sys.ActorOf(Props.Create(() => new Counter("counter")));

        actor.Tell("lock");
        actor.Tell("what?");

        Assert.Equal("what?", ExpectMsg<UnhandledMessage>().Message);
    }

    [Fact]
    public void Handlers_are_not_listed_later()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Counter("counter")));

        actor.Tell("list");

        ExpectMsgs(typeof(InvalidOperationException), typeof(InvalidOperationException));
    }

    private sealed record Add(int Value);

    private sealed record Added(int Value);

    private sealed class Counter : ReceivePersistentActor
    {
        private int _value;

        public Counter(string id)
        {
            PersistenceId = id;
            Recover<Added>(added => _value += added.Value);
            Command<Add>(add => add.Value < 0, _ => Sender.Tell("not below zero"));
            Command<Add>(add => Persist(new Added(add.Value), added => _value += added.Value));
            Command<string>(text => text == "value", _ => Sender.Tell(_value));
            Command<string>(text => text == "lock", _ => BecomeStacked(Locked));
            Command<string>(
                text => Persist(new Added(0), _ => BecomeStacked(Locked)), text => text == "lock when written");
            Command<string>(text => text == "list", _ => List());
            Command<string>(text =>
            {
                Sender.Tell($"text {text}");
                return true;
            });
            Command(typeof(int), number => Sender.Tell($"int {number}"));
            CommandAny(message => Sender.Tell($"any {message}"));
        }

        public override string PersistenceId { get; }

        private void Locked()
        {
            Command<Add>(_ => Sender.Tell("locked"));
            Command<string>(text => text == "unlock", _ => UnbecomeStacked());
        }

        private void List()
        {
            Sender.Tell(Assert.Throws<InvalidOperationException>(() => Command<int>(_ => { })).GetType());
            Sender.Tell(Assert.Throws<InvalidOperationException>(() => Recover<int>(_ => { })).GetType());
        }
    }
}
