using System.Collections;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.TestKit;
using Xunit.Sdk;

namespace Akka.Bundled.Tests;

public sealed class TestKitTests : TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Test_actor_is_the_implicit_sender_before_and_after_awaits()
    {
        var echo = ActorOf<Echo>();
        echo.Tell("before");
        await ExpectMsgAsync("before");
        echo.Tell("after");
        await ExpectMsgAsync("after");
        await Task.Yield();
        echo.Tell("after a yield");
        await ExpectMsgAsync("after a yield");
        await echo.Ask<string>("asked");
        echo.Tell("after an ask");
        await ExpectMsgAsync("after an ask");
    }

    [Fact]
    public async Task Test_actor_is_the_implicit_sender_inside_of_blocks()
    {
        var echo = ActorOf<Echo>();
        await WithinAsync(TimeSpan.FromSeconds(3), async () =>
        {
            echo.Tell(1);
            await ExpectMsgAsync(1);
            echo.Tell(2);
            await ExpectMsgAsync(2);
        });
        var tries = 0;
        await AwaitAssertAsync(
            async () =>
            {
                echo.Tell("try");
                await ExpectMsgAsync("try");
                Assert.Equal(3, ++tries);
            },
            interval: TimeSpan.FromMilliseconds(1));
        echo.Tell("afterwards");
        await ExpectMsgAsync("afterwards");
    }

    [Fact]
    public async Task Without_a_kit_there_is_no_implicit_sender_left_on_the_thread()
    {
        using var system = ActorSystem.Create("outer");
        var before = SynchronizationContext.Current;
        var kit = new TestKit.Xunit2.TestKit(system);
        Assert.NotSame(before, SynchronizationContext.Current);
        kit.Dispose();
        Assert.Same(before, SynchronizationContext.Current);
        await system.WhenTerminated;
    }

    [Fact]
    public void Kit_on_a_system_without_its_configuration_has_the_defaults()
    {
        using var system = ActorSystem.Create("plain");
        using var kit = new TestKit.Xunit2.TestKit(system);
        kit.TestActor.Tell("hello");
        kit.ExpectMsg("hello");
        Assert.Equal(TimeSpan.FromSeconds(3), kit.TestKitSettings.SingleExpectDefault);
    }

    [Fact]
    public void Kit_is_made_of_text_configuration_and_setup()
    {
        using (var kit = new TestKit.Xunit2.TestKit("my.key = text"))
        {
            Assert.Equal("text", kit.Sys.Settings.Config.GetString("my.key", null));
        }

        using (var kit = new TestKit.Xunit2.TestKit(ConfigurationFactory.ParseString("my.key = config"), "named"))
        {
            Assert.Equal("config", kit.Sys.Settings.Config.GetString("my.key", null));
            Assert.Equal("named", kit.Sys.Name);
        }

        var setup = ActorSystemSetup.Create(
            BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString("my.key = setup")));
        using (var kit = new TestKit.Xunit2.TestKit(setup))
        {
            Assert.Equal("setup", kit.Sys.Settings.Config.GetString("my.key", null));
            Assert.Equal(TimeSpan.FromSeconds(5), kit.TestKitSettings.DefaultTimeout);
        }
    }

    [Fact]
    public void Time_factor_stretches_time_limits()
    {
        using var kit = new TestKit.Xunit2.TestKit("akka.test.timefactor = 2.5");
        Assert.Equal(TimeSpan.FromSeconds(5), kit.Dilated(TimeSpan.FromSeconds(2)));
        Assert.Equal(TimeSpan.FromSeconds(7.5), kit.RemainingOrDefault);
        var failure = Assert.ThrowsAny<XunitException>(() => kit.ExpectMsg<string>(TimeSpan.FromMilliseconds(20)));
        Assert.Contains("00:00:00.05", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposed_kit_terminates_its_system()
    {
        var kit = new TestKit.Xunit2.TestKit();
        var system = kit.Sys;
        kit.Dispose();
        kit.Dispose();
        Assert.True(system.WhenTerminated.IsCompleted);
        await system.WhenTerminated;
    }

    [Fact]
    public async Task Ignored_messages_do_not_arrive_until_none_is_ignored()
    {
        IgnoreMessages<int>(number => number > 1);
        TestActor.Tell(2);
        TestActor.Tell(1);
        await ExpectMsgAsync(1);
        IgnoreMessages(message => message is string);
        TestActor.Tell("text");
        TestActor.Tell(3);
        await ExpectMsgAsync(3);
        IgnoreNoMessages();
        TestActor.Tell("text");
        await ExpectMsgAsync("text");
    }

    [Fact]
    public async Task Fishing_ignores_what_does_not_fit()
    {
        Tell("one", 2, "three", 4);
        Assert.Equal("three", await FishForMessageAsync<string>(text => text.StartsWith('t')));
        var ignored = new ArrayList();
        Tell("five", 6);
        Assert.Equal(6, FishForMessage<int>(number => number == 6, ignored));
        Assert.Equal(new ArrayList { 4, "five" }, ignored);
    }

    [Fact]
    public async Task Fishing_for_what_does_not_come_fails()
    {
        Tell(1, 2);
        var failure = await Assert.ThrowsAnyAsync<XunitException>(
            async () => await FishForMessageAsync<string>(_ => true, Short, "a fish"));
        Assert.Contains("2 others were ignored", failure.Message, StringComparison.Ordinal);
        Assert.Contains("(a fish)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fishing_until_a_message_fails_when_it_comes()
    {
        Tell(1, 2);
        await FishUntilMessageAsync<string>(Short);
        Tell("three");
        await Assert.ThrowsAnyAsync<XunitException>(async () => await FishUntilMessageAsync<string>());
    }

    [Fact]
    public async Task Messages_are_received_while_they_please()
    {
        Tell("a", "b", 3, "c");
        var texts = ReceiveWhileAsync<string>(TimeSpan.FromSeconds(3), message => message as string);
        Assert.Equal(["a", "b"], await texts.ToListAsync());
        Assert.Equal(["c"], ReceiveWhile<string>(_ => true, Short));
        Tell("d", "e", "f");
        Assert.Equal(["d", "e"], ReceiveWhile<string>(_ => true, msgs: 2));
        Assert.Equal(["f"], WaitForRadioSilence(Short));
    }

    [Fact]
    public async Task Auto_pilot_answers_until_it_hands_over()
    {
        var probe = CreateTestProbe();
        probe.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            sender.Tell($"pilot saw {message}");
            return message is "stop" ? AutoPilot.NoAutoPilot : AutoPilot.KeepRunning;
        }));
        foreach (var message in new[] { "one", "stop", "three" })
        {
            probe.Ref.Tell(message);
            await probe.ExpectMsgAsync(message);
        }

        await ExpectMsgAsync("pilot saw one");
        await ExpectMsgAsync("pilot saw stop");
        await ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task Probe_sends_replies_and_forwards()
    {
        var (first, second) = (CreateTestProbe("first"), CreateTestProbe("second"));
        first.Send(second.Ref, "question");
        await second.ExpectMsgAsync("question");
        Assert.Equal(first.Ref, second.Sender);
        second.Reply("answer");
        await first.ExpectMsgFromAsync(second.Ref, "answer");
        first.Forward(TestActor);
        await ExpectMsgFromAsync(second.Ref, "answer");
        Assert.Equal("first", first.Ref.Path.Name);
    }

    [Fact]
    public async Task Probe_is_not_the_implicit_sender()
    {
        CreateTestProbe();
        ActorOf<Echo>().Tell("hello");
        await ExpectMsgAsync("hello");
    }

    [Fact]
    public async Task Probe_stands_in_for_an_actor()
    {
        var probe = CreateTestProbe();
        ActorOf<Echo>().Tell("hello", probe);
        await probe.ExpectMsgAsync("hello");
        await WatchAsync(probe);
        Sys.Stop(probe);
        await ExpectTerminatedAsync(probe);
    }

    [Fact]
    public void Probe_makes_no_probes()
        => Assert.Throws<NotSupportedException>(() => CreateTestProbe().CreateTestProbe());

    [Fact]
    public async Task Actor_described_in_place_answers()
    {
        var actor = ActorOf(dsl => dsl.ReceiveAny((message, context) => context.Sender.Tell(message)));
        actor.Tell("hello");
        await ExpectMsgAsync("hello");
    }

    [Fact]
    public void Latch_opens_after_its_counts()
    {
        var latch = CreateTestLatch(2);
        latch.CountDown();
        Assert.False(latch.IsOpen);
        Assert.Throws<TimeoutException>(() => latch.Ready(Short));
        latch.CountDown();
        latch.Ready(Short);
        latch.Reset();
        Assert.False(latch.IsOpen);
        latch.Open();
        latch.Ready();
    }

    [Fact]
    public async Task Barrier_opens_for_all_of_its_parties()
    {
        var barrier = CreateTestBarrier(2);
        Assert.Throws<TimeoutException>(() => barrier.Await(TimeSpan.Zero));
        barrier.Reset();
        ActorOf(dsl => dsl.ReceiveAny((message, context) =>
        {
            barrier.Await();
            context.Sender.Tell(message);
        })).Tell("passed");
        barrier.Await();
        await ExpectMsgAsync("passed");
    }

    [Fact]
    public void Test_actor_ref_handles_messages_on_the_senders_thread()
    {
        var actor = ActorOfAsTestActorRef<Counter>();
        actor.Tell(1);
        actor.Tell(2);
        Assert.Equal(3, actor.UnderlyingActor.Sum);
        Assert.Equal(Environment.CurrentManagedThreadId, actor.UnderlyingActor.Thread);
        actor.Tell("sum");
        ExpectMsg(3);
    }

    [Fact]
    public async Task Test_actor_ref_is_supervised_and_watched()
    {
        var actor = ActorOfAsTestActorRef(() => new Counter(), "counter");
        Assert.Equal("/user/counter", actor.Path.ToStringWithoutAddress());
        actor.Tell(1);
        await EventFilter.Exception<InvalidOperationException>("no").ExpectOneAsync(() =>
        {
            actor.Tell("fail");
            return Task.CompletedTask;
        });
        await AwaitAssertAsync(() => Assert.Equal(0, actor.UnderlyingActor.Sum));
        await WatchAsync(actor);
        Sys.Stop(actor);
        await ExpectTerminatedAsync(actor);
    }

    private void Tell(params object[] messages)
    {
        foreach (var message in messages)
        {
            TestActor.Tell(message);
        }
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message));
    }

    private sealed class Counter : ReceiveActor
    {
        public Counter()
        {
            Receive<int>(number =>
            {
                Sum += number;
                Thread = Environment.CurrentManagedThreadId;
            });
            Receive<string>(text => text == "fail", _ => throw new InvalidOperationException("no"));
            Receive<string>(_ => Sender.Tell(Sum));
        }

        public int Sum { get; private set; }

        public int Thread { get; private set; }
    }
}
