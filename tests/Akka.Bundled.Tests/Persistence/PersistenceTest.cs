using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;

namespace Akka.Bundled.Tests.Persistence;

/// <summary>A kit with a scripted journal and a memory snapshot store.</summary>
public abstract class PersistenceTest : TestKit.Xunit2.TestKit
{
    private static readonly string Settings = $$"""
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        akka.persistence {
          journal.plugin = "test.journal"
          snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        }
        test.journal.class = "{{typeof(ScriptedJournal).AssemblyQualifiedName}}"
        test.other-journal.class = "{{typeof(ScriptedJournal).AssemblyQualifiedName}}"
        test.relay.class = "{{typeof(RelayJournal).AssemblyQualifiedName}}"
        test.failing-snapshots.class = "{{typeof(ScriptedSnapshotStore).AssemblyQualifiedName}}"
        """;

    protected PersistenceTest(string settings = "")
        : base(ConfigurationFactory.ParseString(settings).WithFallback(ConfigurationFactory.ParseString(Settings)))
    {
        Extension = Akka.Persistence.Persistence.Instance.Apply(Sys);
        Journal.Tell(Script, TestActor);
    }

    private protected JournalScript Script { get; } = new();

    protected PersistenceExtension Extension { get; }

    protected IActorRef Journal => Extension.JournalFor(null);

    private protected IActorRef Start(string id = "a", Subject.Options? options = null) =>
        Sys.ActorOf(Subject.Props(id, TestActor, options));

    /// <summary>Has an actor run code as a command of its own.</summary>
    private protected static void Do(IActorRef actor, Action<Subject> command, IActorRef? sender = null) =>
        actor.Tell(command, sender ?? ActorRefs.NoSender);

    /// <summary>Stops an actor and waits until it is gone.</summary>
    protected void Stop(IActorRef actor)
    {
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);
    }

    /// <summary>What an actor recovered, and the last sequence number after.</summary>
    private protected (object[] Recovered, long LastSequenceNr) Recover(string id, Subject.Options? options = null)
    {
        var actor = Start(id, options);
        Do(actor, a => a.Note((a.State.ToArray(), a.LastSequenceNr)));
        var found = ExpectMsg<(object[] Recovered, long LastSequenceNr)>();
        Stop(actor);
        return found;
    }

    protected void ExpectMsgs(params object[] messages)
    {
        foreach (var message in messages)
        {
            Assert.Equal(message, ReceiveOne(TimeSpan.FromSeconds(10)));
        }
    }

    /// <summary>Nothing else came, as an actor that answers says.</summary>
    protected void ExpectNothingMoreFrom(IActorRef actor)
    {
        var mark = new object();
        actor.Tell(mark, ActorRefs.NoSender);
        Assert.Same(mark, ReceiveOne(TimeSpan.FromSeconds(10)));
    }
}
