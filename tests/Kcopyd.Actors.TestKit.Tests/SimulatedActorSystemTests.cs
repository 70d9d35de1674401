using System.Diagnostics;
using Akka.Actor;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.TestKit.Simulation;
using Xunit.Abstractions;

namespace Kcopyd.Actors.TestKit.Tests;

public sealed class SimulatedActorSystemTests(ITestOutputHelper output) : IDisposable
{
    private const int Pieces = 8;

    private readonly SimulatedActorSystem _simulation = SimulatedActorSystem.Create(0);

    public void Dispose() => _simulation.Dispose();

    [Fact]
    public void Same_seed_takes_the_same_steps_and_different_seeds_do_not()
    {
        var orders = new HashSet<string>();
        var hashes = new HashSet<ulong>();
        for (var seed = 0; seed < 100; seed++)
        {
            var first = Copy(_simulation, seed);
            var again = Copy(_simulation, seed);

            Assert.Equal((seed, first), (seed, again));
            orders.Add(first.Order);
            hashes.Add(first.Hash);
        }

        output.WriteLine($"{orders.Count} orders and {hashes.Count} traces of 100 seeds");
        Assert.True(orders.Count > 10, $"{orders.Count} orders of 100 seeds");
        Assert.Equal(100, hashes.Count);
    }

    [Fact]
    public void Run_in_a_new_actor_system_is_the_same_as_in_a_used_one()
    {
        Copy(_simulation, 1);
        var used = Copy(_simulation, 2);
        using var fresh = SimulatedActorSystem.Create(0);

        Assert.Equal(used, Copy(fresh, 2));
        output.WriteLine($"trace 0x{used.Hash:x16} of {used.Order}");
    }

    [Fact]
    public void Thousands_of_runs_take_seconds()
    {
        const int Runs = 2000;
        Copy(_simulation, 0);
        var watch = Stopwatch.StartNew();
        var steps = 0L;
        for (var seed = 0; seed < Runs; seed++)
        {
            Copy(_simulation, seed);
            steps += _simulation.Loop.Steps;
        }

        // Reported, not demanded: the time is the machine's.
        var seconds = watch.Elapsed.TotalSeconds;
        output.WriteLine($"{Runs / seconds:f0} runs a second of {steps / Runs} steps, {steps / seconds:f0} steps");
    }

    [Fact]
    public void Order_in_which_a_step_wakes_actors_does_not_matter()
    {
        Assert.Equal(WakeAll(static names => names), WakeAll(static names => names.Reverse()));
    }

    [Fact]
    public void Timers_fire_in_the_order_of_virtual_time()
    {
        var fired = new List<(string Name, TimeSpan At)>();
        var scheduler = _simulation.System.Scheduler;
        using var cancelled = new Cancelable(scheduler);
        Fire("late", 3600);
        Fire("early", 1);
        Fire("middle", 60);
        scheduler.Advanced.ScheduleOnce(TimeSpan.FromSeconds(30), () => fired.Add(("never", default)), cancelled);
        cancelled.Cancel();

        _simulation.Loop.Run(() => fired.Count == 3);

        Assert.Equal(
            [("early", TimeSpan.FromSeconds(1)), ("middle", TimeSpan.FromMinutes(1)), ("late", TimeSpan.FromHours(1))],
            fired);
        Assert.Equal(TimeSpan.FromHours(1), _simulation.Loop.Now);
        Assert.Equal(TimeSpan.FromHours(1), scheduler.MonotonicClock);

        void Fire(string name, int seconds) => scheduler.Advanced.ScheduleOnce(
            TimeSpan.FromSeconds(seconds), () => fired.Add((name, _simulation.Loop.Now)));
    }

    [Fact]
    public void Advance_fires_what_falls_due_and_nothing_later()
    {
        var times = new List<TimeSpan>();
        _simulation.System.Scheduler.Advanced.ScheduleRepeatedly(
            TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), () => times.Add(_simulation.Loop.Now));

        _simulation.Loop.Advance(TimeSpan.FromSeconds(39));

        Assert.Equal([10, 20, 30], times.Select(time => (int)time.TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(39), _simulation.Loop.Now);
        _simulation.Loop.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(4, times.Count);
    }

    [Fact]
    public void Actor_that_is_asked_answers_through_another_thread_and_is_waited_for()
    {
        var actor = _simulation.System.ActorOf(Props.Create(static () => new EchoActor()), "echo");

        Assert.Equal("hello", _simulation.Loop.Run(actor.Ask<string>("hello")));
    }

    [Fact]
    public void Actors_of_one_run_are_gone_in_the_next()
    {
        var stopped = false;
        Action stop = () => stopped = true;
        _simulation.System.ActorOf(Props.Create(() => new StoppingActor(stop)), "name");

        _simulation.Reseed(1);

        Assert.True(stopped);
        _simulation.System.ActorOf(Props.Create(static () => new EchoActor()), "name");
    }

    [Fact]
    public void Disposing_twice_terminates_once()
    {
        var simulation = SimulatedActorSystem.Create(0);

        simulation.Dispose();
        simulation.Dispose();

        Assert.True(simulation.System.WhenTerminated.IsCompletedSuccessfully);
    }

    private static (string Order, ulong Hash, TimeSpan Time) Copy(SimulatedActorSystem simulation, int seed)
    {
        simulation.Reseed(seed);
        var loop = simulation.Loop;
        var target = new ArrayBlockDevice(Pieces * SmallCopyActor.PieceBytes);
        var source = new PatternBlockDevice(target.Geometry.LengthBytes, seed: 9);
        var done = new TaskCompletionSource<string>();
        var latency = TimeSpan.FromMilliseconds(seed % 2);
        var simulatedSource = new SimulatedBlockDevice(source, loop) { MaxLatency = latency };
        var simulatedTarget = new SimulatedBlockDevice(target, loop);
        var copy = simulation.System.ActorOf(
            Props.Create<SmallCopyActor>(simulatedSource, simulatedTarget, done), "copy");
        copy.Tell(new SmallCopyActor.Start());

        var order = loop.Run(done.Task);

        Assert.Null(TestPatterns.FirstDifference(target.Bytes, 0, 9));
        return (order, loop.TraceHash, loop.Now);
    }

    private List<string> WakeAll(Func<IEnumerable<string>, IEnumerable<string>> inOrder)
    {
        _simulation.Reseed(5);
        var woken = new List<string>();
        var actors = Enumerable.Range(0, 8).Select(index => $"actor{index}").ToDictionary(
            name => name, name => _simulation.System.ActorOf(Props.Create(() => new NotingActor(woken)), name));
        _simulation.Loop.RunUntilIdle();

        _simulation.Loop.Post(() => inOrder(actors.Keys).ToList().ForEach(name => actors[name].Tell(name)));
        _simulation.Loop.RunUntilIdle();

        Assert.Equal(8, woken.Count);
        return woken;
    }

    private sealed class EchoActor : ReceiveActor
    {
        public EchoActor() => ReceiveAny(message => Sender.Tell(message));
    }

    private sealed class StoppingActor(Action stopped) : ReceiveActor
    {
        protected override void PostStop() => stopped();
    }

    private sealed class NotingActor : ReceiveActor
    {
        public NotingActor(List<string> woken) => Receive<string>(woken.Add);
    }
}
