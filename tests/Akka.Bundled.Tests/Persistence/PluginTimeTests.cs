using Akka.Actor;
using Akka.Pattern;
using Akka.Persistence;
using Akka.TestKit;

namespace Akka.Bundled.Tests.Persistence;

/// <summary>Time-outs of plug-ins and recoveries, on a scheduler whose time the test moves.</summary>
public sealed class PluginTimeTests() : PersistenceTest(
    $$"""
    akka.scheduler.implementation = "{{typeof(TestScheduler).AssemblyQualifiedName}}"
    test.journal.circuit-breaker { max-failures = 2, call-timeout = 10s, reset-timeout = 30s }
    test.journal.recovery-event-timeout = 20s
    """)
{
    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void Write_without_an_answer_fails_after_the_time_of_a_call_and_not_before()
    {
        var actor = Start();
        Script.WriteGate = new TaskCompletionSource().Task;
        Do(actor, a => a.Persist("event", a.Note));
        AwaitCondition(() => Script.Writes.Count == 1);
        Settle();

        Scheduler.Advance(TimeSpan.FromSeconds(9.9));
        Settle();
        ExpectNoMsg(TimeSpan.Zero);
        Scheduler.Advance(TimeSpan.FromSeconds(0.2));

        Assert.Equal("event", ExpectMsg<Subject.PersistFailed>().Event);
    }

    [Fact]
    public void Answer_in_time_ends_the_time_of_a_call()
    {
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;
        Do(actor, a => a.Persist("event", a.Note));
        AwaitCondition(() => Script.Writes.Count == 1);
        Settle();
        gate.SetResult();
        ExpectMsgs("event");

        Scheduler.Advance(TimeSpan.FromSeconds(60));

        ExpectNothingMoreFrom(actor);
    }

    [Fact]
    public void Journal_that_fails_too_often_is_left_alone_and_then_tried_once()
    {
        Script.Fail = static _ => new InvalidOperationException("disk");
        var first = Start("1");
        var second = Start("2");
        ExpectNothingMoreFrom(first);
        ExpectNothingMoreFrom(second);
        FailWrite(first);
        FailWrite(second);

        Script.Fail = static _ => null;
        Assert.Equal(typeof(OpenCircuitException), FailRecovery());
        Scheduler.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(typeof(OpenCircuitException), FailRecovery());
        Assert.Equal(2, Script.Writes.Count);
        Scheduler.Advance(TimeSpan.FromSeconds(2));

        var actor = Start("c");
        Do(actor, a => a.Persist("again", a.Note));
        ExpectMsgs("again");
    }

    [Fact]
    public void Recovery_without_an_event_fails_after_its_time()
    {
        var actor = Start();
        Do(actor, a => a.PersistAll([1, 2], e => a.Note(e)));
        ExpectMsgs(1, 2);
        Stop(actor);
        Script.ReplayGate = new TaskCompletionSource().Task;
        var revived = Start();
        Watch(revived);
        Settle();
        AwaitCondition(() => Script.Replays == 1);

        Scheduler.Advance(TimeSpan.FromSeconds(20.1));
        Scheduler.Advance(TimeSpan.FromSeconds(20.1));

        Assert.Equal(typeof(RecoveryTimedOutException), ExpectMsg<Subject.RecoveryFailed>().Type);
        ExpectTerminated(revived);
    }

    [Fact]
    public void Timer_that_fires_during_a_persist_waits_for_its_handler()
    {
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;
        Do(actor, a =>
        {
            a.Timers.StartSingleTimer("kept", "tick", TimeSpan.FromSeconds(1));
            a.Timers.StartSingleTimer("cancelled", "tock", TimeSpan.FromSeconds(1));
            a.Persist("event", e =>
            {
                a.Note(e);
                a.Timers.Cancel("cancelled");
            });
        });
        AwaitCondition(() => Script.Writes.Count == 1);

        Scheduler.Advance(TimeSpan.FromSeconds(2));
        actor.Tell("last");
        ExpectNoMsg(TimeSpan.Zero);
        gate.SetResult();

        ExpectMsgs("event", "tick", "last");
    }

    private void FailWrite(IActorRef actor)
    {
        Watch(actor);
        Do(actor, a => a.Persist("event", a.Note));
        Assert.Equal("disk", ExpectMsg<Subject.PersistFailed>().Cause);
        ExpectTerminated(actor);
    }

    private Type FailRecovery()
    {
        var actor = Start("b");
        Watch(actor);
        var type = ExpectMsg<Subject.RecoveryFailed>().Type;
        ExpectTerminated(actor);
        return type;
    }

    /// <summary>Waits until the journal has taken what it was sent.</summary>
    private void Settle()
    {
        Journal.Tell(new Identify("settled"), TestActor);
        ExpectMsg<ActorIdentity>();
    }
}
