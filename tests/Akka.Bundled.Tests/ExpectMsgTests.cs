using Akka.Actor;
using Xunit.Sdk;

namespace Akka.Bundled.Tests;

public sealed class ExpectMsgTests : TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Message_of_the_expected_type_is_returned()
    {
        TestActor.Tell("hello");
        Assert.Equal("hello", await ExpectMsgAsync<string>());
        TestActor.Tell("again");
        Assert.Equal("again", ExpectMsg<string>());
    }

    [Fact]
    public async Task Message_of_another_type_fails_and_both_types_are_named()
    {
        TestActor.Tell(42);
        var failure = await Assert.ThrowsAnyAsync<XunitException>(async () => await ExpectMsgAsync<string>());
        Assert.Contains("System.String", failure.Message, StringComparison.Ordinal);
        Assert.Contains("42 (type System.Int32)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_message_fails_when_the_time_is_up_and_the_hint_is_told()
    {
        var failure = await Assert.ThrowsAnyAsync<XunitException>(
            async () => await ExpectMsgAsync<string>(Short, "the greeting"));
        Assert.Contains("00:00:00.05", failure.Message, StringComparison.Ordinal);
        Assert.Contains("(the greeting)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Synchronous_form_fails_with_the_same_exception()
    {
        var failure = Assert.ThrowsAny<XunitException>(() => ExpectMsg<string>(Short));
        Assert.Contains("No message within", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Equal_message_passes_and_another_one_fails_with_both_values()
    {
        TestActor.Tell("one");
        await ExpectMsgAsync("one");
        TestActor.Tell("{two}");
        var failure = await Assert.ThrowsAnyAsync<XunitException>(
            async () => await ExpectMsgAsync("one", Short, "{0}"));
        Assert.Contains("Expected one, but received {two}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predicate_decides_whether_the_message_fits()
    {
        TestActor.Tell(4);
        TestActor.Tell(5);
        Assert.Equal(4, await ExpectMsgAsync<int>(number => number % 2 == 0));
        await Assert.ThrowsAnyAsync<XunitException>(
            async () => await ExpectMsgAsync<int>(number => number % 2 == 0));
    }

    [Fact]
    public async Task Assertion_sees_message_and_sender_and_its_exception_comes_through()
    {
        var probe = CreateTestProbe();
        probe.Send(TestActor, "hello");
        await ExpectMsgAsync<string>((message, sender) =>
        {
            Assert.Equal("hello", message);
            Assert.Equal(probe.Ref, sender);
        });
        TestActor.Tell("hello");
        await Assert.ThrowsAsync<FormatException>(
            async () => await ExpectMsgAsync<string>(message => _ = int.Parse(message)));
    }

    [Fact]
    public async Task Sender_is_part_of_an_expectation()
    {
        var probe = CreateTestProbe();
        probe.Send(TestActor, "hello");
        await ExpectMsgFromAsync<string>(probe.Ref);
        probe.Send(TestActor, "hello");
        ExpectMsgFrom(probe.Ref, "hello");
        probe.Send(TestActor, "hello");
        var failure = await Assert.ThrowsAnyAsync<XunitException>(
            async () => await ExpectMsgFromAsync<string>(TestActor));
        Assert.Contains("Expected a message from", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Last_message_and_sender_are_those_received_last()
    {
        Assert.Null(LastMessage);
        Assert.Equal(ActorRefs.NoSender, LastSender);
        var probe = CreateTestProbe();
        probe.Send(TestActor, "hello");
        await ExpectMsgAsync<string>();
        Assert.Equal("hello", LastMessage);
        Assert.Equal(probe.Ref, LastSender);
    }

    [Fact]
    public async Task No_message_passes_without_one_and_fails_with_one()
    {
        await ExpectNoMsgAsync(TimeSpan.Zero);
        await ExpectNoMsgAsync(Short);
        ExpectNoMsg(10);
        TestActor.Tell("surprise");
        var failure = await Assert.ThrowsAnyAsync<XunitException>(
            async () => await ExpectNoMsgAsync(TimeSpan.FromSeconds(3)));
        Assert.Contains("surprise", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_of_several_passes_and_another_one_fails()
    {
        TestActor.Tell(2);
        Assert.Equal(2, await ExpectMsgAnyOfAsync([1, 2, 3]));
        TestActor.Tell(4);
        var failure = await Assert.ThrowsAnyAsync<XunitException>(
            async () => await ExpectMsgAnyOfAsync([1, 2, 3]));
        Assert.Contains("[1, 2, 3]", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_of_several_pass_in_any_order_and_come_in_theirs()
    {
        Tell(3, 1, 2);
        Assert.Equal([3, 1, 2], await ExpectMsgAllOfAsync([1, 2, 3]).ToListAsync());
        Tell(2, 1);
        Assert.Equal([2, 1], ExpectMsgAllOf([1, 2]));
    }

    [Fact]
    public async Task All_of_several_fail_with_what_is_missing_and_what_was_not_expected()
    {
        Tell(1, 1, 4);
        var failure = await Assert.ThrowsAnyAsync<XunitException>(
            async () => await ExpectMsgAllOfAsync([1, 2, 4]).ToListAsync());
        Assert.Contains("missing [2], unexpected [1]", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_many_messages_are_received_or_it_is_a_failure()
    {
        Tell(1, 2, 3);
        Assert.Equal([1, 2], await ReceiveNAsync(2).ToListAsync());
        var failure = Assert.ThrowsAny<XunitException>(() => ReceiveN(2, Short));
        Assert.Contains("received only 1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_ends_a_wait()
    {
        using var canceled = new CancellationTokenSource();
        await canceled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await ExpectMsgAsync<string>(cancellationToken: canceled.Token));
    }

    [Fact]
    public async Task Peeking_leaves_the_message()
    {
        Assert.False(HasMessages);
        TestActor.Tell("hello");
        Assert.Equal("hello", await PeekOneAsync());
        Assert.True(HasMessages);
        Assert.Equal("hello", await ReceiveOneAsync());
        Assert.Null(await ReceiveOneAsync(TimeSpan.Zero));
        Assert.False((await TryReceiveOneAsync(TimeSpan.Zero)).success);
    }

    [Fact]
    public async Task Termination_of_a_watched_actor_is_expected()
    {
        var actor = Sys.ActorOf(Props.Empty);
        Watch(actor);
        actor.Tell(PoisonPill.Instance);
        var terminated = await ExpectTerminatedAsync(actor);
        Assert.Equal(actor, terminated.ActorRef);
    }

    [Fact]
    public async Task Termination_of_another_actor_fails()
    {
        var (actor, other) = (Sys.ActorOf(Props.Empty), Sys.ActorOf(Props.Empty));
        await WatchAsync(actor);
        Sys.Stop(actor);
        await Assert.ThrowsAnyAsync<XunitException>(async () => await ExpectTerminatedAsync(other));
    }

    [Fact]
    public async Task Termination_of_an_actor_no_longer_watched_is_not_reported()
    {
        var (actor, other) = (Sys.ActorOf(Props.Empty), Sys.ActorOf(Props.Empty));
        await WatchAsync(actor);
        await UnwatchAsync(actor);
        await WatchAsync(other);
        var probe = CreateTestProbe();
        await probe.WatchAsync(actor);
        Sys.Stop(actor);
        await probe.ExpectTerminatedAsync(actor);
        Sys.Stop(other);
        await ExpectTerminatedAsync(other);
    }

    private void Tell(params object[] messages)
    {
        foreach (var message in messages)
        {
            TestActor.Tell(message);
        }
    }
}
