using Akka.Actor;

namespace Akka.Bundled.Tests;

public sealed class AsyncLifetimeTests : TestKit.Xunit2.TestKit, IAsyncLifetime
{
    private IActorRef _echo = ActorRefs.Nobody;

    public async Task InitializeAsync()
    {
        _echo = ActorOf(dsl => dsl.ReceiveAny((message, context) => context.Sender.Tell(message)));
        _echo.Tell("first");
        await ExpectMsgAsync("first");
        await Task.Yield();
    }

    public async Task DisposeAsync()
    {
        _echo.Tell("last");
        await ExpectMsgAsync("last");
    }

    [Fact]
    public void Test_actor_is_the_implicit_sender_of_a_test_after_an_asynchronous_set_up()
    {
        _echo.Tell("hello");
        ExpectMsg("hello");
    }

    [Fact]
    public async Task Test_actor_is_the_implicit_sender_of_an_asynchronous_test_after_an_asynchronous_set_up()
    {
        _echo.Tell("hello");
        await ExpectMsgAsync("hello");
        _echo.Tell("again");
        await ExpectMsgAsync("again");
    }
}
