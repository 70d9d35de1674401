using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;

namespace Akka.Bundled.Tests;

public sealed class TestSchedulerTests : TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly Config WithTestScheduler = ConfigurationFactory.ParseString(
        $"akka.scheduler.implementation = \"{typeof(TestScheduler).AssemblyQualifiedName}\"");

    private readonly List<string> _log = [];

    public TestSchedulerTests()
        : base(WithTestScheduler)
    {
    }

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    [Fact]
    public async Task Scheduled_message_arrives_when_its_time_has_come_and_not_before()
    {
        Scheduler.ScheduleTellOnce(5 * Second, TestActor, "due", ActorRefs.NoSender);
        Scheduler.Advance(5 * Second - TimeSpan.FromTicks(1));
        await Settled();
        await ExpectNoMsgAsync(TimeSpan.Zero);
        Scheduler.Advance(TimeSpan.FromTicks(1));
        await ExpectMsgAsync("due");
        Scheduler.Advance(100 * Second);
        await Settled();
        await ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public void Time_stands_still_until_it_is_advanced()
    {
        var start = Scheduler.Now;
        Assert.Equal(start, Scheduler.Now);
        Assert.Equal(TimeSpan.Zero, Scheduler.MonotonicClock);
        Scheduler.Advance(3 * Second);
        Assert.Equal(start + 3 * Second, Scheduler.Now);
        Assert.Equal(3 * Second, Scheduler.MonotonicClock);
        Assert.Equal(3 * Second, Scheduler.HighResMonotonicClock);
        Scheduler.AdvanceTo(start + 10 * Second);
        Assert.Equal(start + 10 * Second, Sys.Scheduler.Now);
        Assert.Throws<InvalidOperationException>(() => Scheduler.AdvanceTo(start));
        Assert.Throws<ArgumentOutOfRangeException>(() => Scheduler.Advance(-Second));
    }

    [Fact]
    public void What_is_due_runs_in_order_of_due_time_and_then_of_scheduling()
    {
        Once(3, "c");
        Once(1, "a1");
        Once(2, "b");
        Once(1, "a2");
        Scheduler.Advance(3 * Second);
        Assert.Equal(["a1 at 1", "a2 at 1", "b at 2", "c at 3"], _log);
    }

    [Fact]
    public void What_is_scheduled_for_now_runs_in_an_advance_of_nothing()
    {
        Once(0, "now");
        Assert.Empty(_log);
        Scheduler.Advance(TimeSpan.Zero);
        Assert.Equal(["now at 0"], _log);
    }

    [Fact]
    public void Repeated_schedule_runs_at_every_interval()
    {
        Scheduler.Advanced.ScheduleRepeatedly(Second, 2 * Second, Logged("tick"));
        Scheduler.Advance(6 * Second);
        Assert.Equal(["tick at 1", "tick at 3", "tick at 5"], _log);
        Scheduler.Advance(Second);
        Assert.Equal("tick at 7", _log[^1]);
    }

    [Fact]
    public void Canceled_schedules_do_not_run()
    {
        using var once = new Cancelable(Sys.Scheduler);
        using var repeated = new Cancelable(Sys.Scheduler);
        Scheduler.Advanced.ScheduleOnce(Second, Logged("once"), once);
        Scheduler.Advanced.ScheduleRepeatedly(Second, Second, Logged("tick"), repeated);
        once.Cancel();
        Scheduler.Advance(2 * Second);
        repeated.Cancel();
        Scheduler.Advance(2 * Second);
        Assert.Equal(["tick at 1", "tick at 2"], _log);
    }

    [Fact]
    public void Schedule_that_cancels_itself_stops()
    {
        using var cancelable = new Cancelable(Sys.Scheduler);
        Scheduler.Advanced.ScheduleRepeatedly(
            Second,
            Second,
            () =>
            {
                _log.Add("tick");
                cancelable.Cancel();
            },
            cancelable);
        Scheduler.Advance(5 * Second);
        Assert.Equal(["tick"], _log);
    }

    [Fact]
    public void What_is_scheduled_during_an_advance_runs_in_it_if_it_is_due()
    {
        Scheduler.Advanced.ScheduleOnce(Second, () =>
        {
            Once(1, "inner");
            Once(5, "later");
        });
        Once(3, "outer");
        Scheduler.Advance(3 * Second);
        Assert.Equal(["inner at 2", "outer at 3"], _log);
        Scheduler.Advance(3 * Second);
        Assert.Equal("later at 6", _log[^1]);
    }

    [Fact]
    public async Task Timers_of_an_actor_follow_the_test()
    {
        var actor = ActorOf(() => new Ticking(TestActor));
        await actor.Ask<ActorIdentity>(new Identify(1));
        for (var tick = 1; tick <= 3; tick++)
        {
            Scheduler.Advance(10 * Second);
            await ExpectMsgAsync(tick);
        }

        actor.Tell("cancel");
        await ExpectMsgAsync("canceled");
        Scheduler.Advance(10 * Second);
        await Settled();
        await ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task Receive_timeout_follows_the_test()
    {
        var actor = ActorOf(() => new Idle(TestActor));
        await actor.Ask<ActorIdentity>(new Identify(1));
        Scheduler.Advance(Second);
        await ExpectMsgAsync("idle");
    }

    [Fact]
    public async Task Any_thread_may_schedule()
    {
        const int Threads = 8;
        const int Each = 1000;
        var count = 0;
        await Parallel.ForAsync(0, Threads, (_, _) =>
        {
            for (var index = 0; index < Each; index++)
            {
                Scheduler.Advanced.ScheduleOnce(
                    TimeSpan.FromMilliseconds(index),
                    () => Interlocked.Increment(ref count));
                if (index % 100 == 0)
                {
                    Scheduler.Advance(TimeSpan.FromMilliseconds(1));
                }
            }

            return ValueTask.CompletedTask;
        });
        Scheduler.Advance(2 * Second);
        Assert.Equal(Threads * Each, count);
    }

    [Fact]
    public void Periods_and_delays_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Once(-1, "never"));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Scheduler.Advanced.ScheduleRepeatedly(Second, TimeSpan.Zero, Logged("never")));
    }

    private async Task Settled() => await TestActor.Ask<ActorIdentity>(new Identify(null));

    private void Once(int seconds, string what) => Scheduler.Advanced.ScheduleOnce(seconds * Second, Logged(what));

    private Action Logged(string what) => () => _log.Add($"{what} at {Scheduler.MonotonicClock.TotalSeconds}");

    private sealed class Ticking : ReceiveActor, IWithTimers
    {
        private int _ticks;

        public Ticking(IActorRef listener)
        {
            Receive<string>(text => text == "tick", _ => listener.Tell(++_ticks));
            Receive<string>(text => text == "cancel", _ =>
            {
                Timers.Cancel("key");
                listener.Tell("canceled");
            });
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Timers.StartPeriodicTimer("key", "tick", 10 * Second);
    }

    private sealed class Idle : ReceiveActor
    {
        public Idle(IActorRef listener)
        {
            SetReceiveTimeout(Second);
            Receive<ReceiveTimeout>(_ => listener.Tell("idle"));
        }
    }
}
