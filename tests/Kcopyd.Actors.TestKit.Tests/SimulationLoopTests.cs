using Kcopyd.Actors.TestKit.Simulation;

namespace Kcopyd.Actors.TestKit.Tests;

public sealed class SimulationLoopTests
{
    private const int Seed = 11;

    private readonly SimulationLoop _loop = new(Seed, keepsTrace: true);

    [Fact]
    public void Run_that_is_stuck_says_so_with_its_seed()
    {
        _loop.Post(static () => { });

        var failure = Assert.Throws<SimulationException>(() => _loop.Run(static () => false));

        Assert.Equal(Seed, failure.Seed);
        Assert.StartsWith("Seed 11: stuck after 1 steps", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_that_does_not_end_is_given_up()
    {
        Again();

        var failure = Assert.Throws<SimulationException>(() => _loop.Run(static () => false, maxSteps: 100));

        Assert.Contains("not done after 100 steps", failure.Message, StringComparison.Ordinal);
        Assert.Equal(100, _loop.Steps);

        void Again() => _loop.Post(Again);
    }

    [Fact]
    public void Step_that_throws_ends_the_run_with_its_seed()
    {
        _loop.Post(static () => throw new InvalidDataException("as the test says"));

        var failure = Assert.Throws<SimulationException>(() => _loop.RunUntilIdle());

        Assert.IsType<InvalidDataException>(failure.InnerException);
        Assert.Contains("Seed 11", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_from_another_thread_is_reported_with_where_it_came_from()
    {
        _loop.Post(() =>
        {
            var thread = new Thread(() => _loop.Post(static () => { }));
            thread.Start();
            thread.Join();
        });

        var failure = Assert.Throws<SimulationException>(() => _loop.RunUntilIdle());

        Assert.Contains("another thread", failure.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(SimulationLoopTests), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_awaits_a_task_goes_on_inside_the_step_that_completes_it()
    {
        var context = new StrangerContext();
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        var stages = new List<long>();
        try
        {
            // A scheduler that is not the default one: awaits would go on there if the loop let them.
            var task = new Task(() =>
            {
                _loop.Post(() => _ = StagesAsync());
                _loop.RunUntilIdle();
            });
            task.RunSynchronously(new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);
            Assert.Null(task.Exception);
            Assert.Same(context, SynchronizationContext.Current);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }

        Assert.Equal([1, 2, 3, 4], stages);
        Assert.Equal(0, context.Posts);

        async Task StagesAsync()
        {
            stages.Add(_loop.Steps);
            await _loop.YieldAsync();
            stages.Add(_loop.Steps);
            await _loop.YieldAsync().ConfigureAwait(false);
            stages.Add(_loop.Steps);
            await _loop.DelayAsync(TimeSpan.FromSeconds(0));
            stages.Add(_loop.Steps);
        }
    }

    [Fact]
    public void Items_run_in_an_order_of_the_seed()
    {
        var first = Orders(1);

        Assert.Equal(first, Orders(1));
        Assert.NotEqual(first, Orders(2));
        Assert.Equal(Enumerable.Range(0, 20), first.Order());

        List<int> Orders(int seed)
        {
            _loop.Reseed(seed);
            var order = new List<int>();
            for (var i = 0; i < 20; i++)
            {
                var number = i;
                _loop.Post(() => order.Add(number));
            }

            _loop.RunUntilIdle();
            return order;
        }
    }

    [Fact]
    public void Timers_of_one_moment_are_picked_in_any_order()
    {
        var orders = new HashSet<string>();
        for (var seed = 0; seed < 50; seed++)
        {
            _loop.Reseed(seed);
            var order = new List<string>();
            foreach (var name in new[] { "a", "b", "c" })
            {
                Note(_loop.DelayAsync(TimeSpan.FromSeconds(1)), name);
            }

            Note(_loop.DelayAsync(TimeSpan.FromSeconds(2)), "z");
            _loop.Run(() => order.Count == 4);
            Assert.Equal("z", order[3]);
            orders.Add(string.Concat(order));

            async void Note(Task task, string name)
            {
                await task.ConfigureAwait(false);
                order.Add(name);
            }
        }

        Assert.Equal(6, orders.Count);
    }

    [Fact]
    public void Timers_may_be_made_to_race_with_work()
    {
        var early = 0;
        for (var seed = 0; seed < 50; seed++)
        {
            _loop.Reseed(seed);
            _loop.TimerShare = 0.2;
            var fired = _loop.DelayAsync(TimeSpan.FromSeconds(1));
            for (var i = 0; i < 5; i++)
            {
                _loop.Post(() => early += fired.IsCompleted ? 1 : 0);
            }

            _loop.Run(fired);
            _loop.RunUntilIdle();
        }

        Assert.InRange(early, 1, 249);
    }

    [Fact]
    public void Notes_are_part_of_the_trace()
    {
        _loop.Post(static () => { });
        _loop.RunUntilIdle();
        var before = _loop.TraceHash;

        _loop.Note("segment 3 written");

        Assert.NotEqual(before, _loop.TraceHash);
        Assert.Equal(["1 at 00:00:00: item 1 of 1", "segment 3 written"], _loop.Trace.ToArray());
    }

    [Fact]
    public void Step_cannot_run_the_loop()
    {
        _loop.Post(() => _loop.RunUntilIdle());

        Assert.IsType<InvalidOperationException>(
            Assert.Throws<SimulationException>(() => _loop.RunUntilIdle()).InnerException);
    }

    private sealed class StrangerContext : SynchronizationContext
    {
        public int Posts { get; private set; }

        public override void Post(SendOrPostCallback d, object? state) => Posts++;
    }
}
