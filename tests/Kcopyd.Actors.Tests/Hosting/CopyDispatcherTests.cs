using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Hosting;
using Kcopyd.Actors.Tests.Copying;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Hosting;

/// <summary>The engine's dispatcher: who blocks holds up nobody else, and nothing is forgotten.</summary>
public sealed class CopyDispatcherTests : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public async Task Jobs_that_block_their_threads_do_not_hold_up_others_nor_the_client(int blocked)
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        using var gate = new ManualResetEventSlim();
        using var arrived = new CountdownEvent(blocked);
        var hanging = new List<CopyJob>();
        for (var i = 0; i < blocked; i++)
        {
            hanging.Add(await client.StartAsync(Copy(new BlockingDevice(Source(4096), gate, arrived), Target(4096)))
                .WaitAsync(Patience));
        }

        Assert.True(arrived.Wait(Patience));
        var target = Target(100 * 4096);
        AssertGood(await client.CopyAsync(Copy(Source(100 * 4096), target)).WaitAsync(Patience));

        Assert.Equal(blocked, (await client.GetStatusAsync().WaitAsync(Patience)).TakenPages);
        Assert.All(hanging, job => Assert.False(job.Completion.IsCompleted));
        gate.Set();
        await Task.WhenAll(hanging.Select(job => job.Completion)).WaitAsync(Patience);
    }

    [Fact]
    public async Task Work_from_many_threads_is_all_done()
    {
        CopyDispatchers.Register(Sys);
        using var done = new CountdownEvent(8 * 2_000);
        var actors = Enumerable.Range(0, 8).Select(_ => Sys.ActorOf(
            Props.Create(() => new CountingActor(done)).WithDispatcher(CopyDispatchers.Copy))).ToList();

        await Parallel.ForEachAsync(actors, (actor, _) =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                actor.Tell(i, ActorRefs.NoSender);
            }

            return ValueTask.CompletedTask;
        });

        Assert.True(done.Wait(Patience));
    }

    [Fact]
    public void Work_from_outside_is_taken_although_work_breeds_work()
    {
        CopyDispatchers.Register(Sys);
        using var done = new CountdownEvent(1);
        var breeders = Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => Sys.ActorOf(
            Props.Create(() => new BreedingActor()).WithDispatcher(CopyDispatchers.Copy))).ToList();
        breeders.ForEach(breeder => breeder.Tell("go", ActorRefs.NoSender));

        var actor = Sys.ActorOf(Props.Create(() => new CountingActor(done)).WithDispatcher(CopyDispatchers.Copy));
        actor.Tell("from outside", ActorRefs.NoSender);

        Assert.True(done.Wait(Patience));
        breeders.ForEach(Sys.Stop);
    }

    [Fact]
    public async Task System_with_blocked_threads_terminates_when_they_are_let_go()
    {
        var client = await KcopydClient.CreateAsync(Sys);
        using var gate = new ManualResetEventSlim();
        using var arrived = new CountdownEvent(1);
        await client.StartAsync(Copy(new BlockingDevice(Source(4096), gate, arrived), Target(4096)));
        Assert.True(arrived.Wait(Patience));

        var terminated = Sys.Terminate();
        gate.Set();

        await terminated.WaitAsync(Patience);
    }

    private sealed class CountingActor : UntypedActor
    {
        private readonly CountdownEvent _done;

        public CountingActor(CountdownEvent done) => _done = done;

        protected override void OnReceive(object message) => _done.Signal();
    }

    private sealed class BreedingActor : UntypedActor
    {
        protected override void OnReceive(object message) => Self.Tell(message);
    }
}
