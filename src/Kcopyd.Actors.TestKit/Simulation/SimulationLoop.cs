using System.Collections.Immutable;
using System.Globalization;
using Akka.Dispatch;

namespace Kcopyd.Actors.TestKit.Simulation;

/// <summary>Runs actors, device completions and timers on one thread, in an order that a seed decides: same seed, same
/// run.</summary>
/// <remarks>
/// <para>
/// Everything that can run waits in one queue, and each step picks one item of it. An actor's turn is one message. Time
/// is virtual: it stands still while anything can run, then jumps to the next timer; timers due at the same moment are
/// picked in any order, as everything is.
/// </para>
/// <para>
/// A task completed in a step runs what awaits it inside that step: the loop runs without a synchronization context and
/// under the default task scheduler, where <c>await</c> continues inline, with ConfigureAwait(false) and without.
/// PipeTo is such an await. What a test itself awaits before it runs the loop goes on in the test's own context, unless
/// it says ConfigureAwait(false) or is begun in a step (<see cref="Post"/>).
/// </para>
/// <para>
/// What leaves the thread on purpose cannot be repeated: Task.Run, Task.Yield, a TaskCompletionSource made with
/// RunContinuationsAsynchronously (Ask uses one) and then awaited. Work that comes back into the queue from another
/// thread while the loop runs is reported with the stack that it came from.
/// </para>
/// <para>
/// Not seeded and therefore to be kept away from decisions: random numbers and hash codes of the program's own, wall
/// clocks.
/// </para>
/// <para>One thread runs the loop; between runs any one thread may post to it.</para>
/// </remarks>
public sealed class SimulationLoop
{
    /// <summary>Steps after which a run is given up: far more than a copy of a thousand segments takes, and a second or
    /// two.</summary>
    public const int DefaultMaxSteps = 1_000_000;

    /// <summary>How long, in real time, a task may stay on other threads before the run counts as stuck.</summary>
    private static readonly TimeSpan OtherThreadsPatience = TimeSpan.FromSeconds(2);

    // Not a Lock: waiting for another thread needs Monitor.Wait.
    private readonly object _lock = new();
    private readonly SimulationQueue _queue = new();
    private readonly SimulationTimers _timers = new();
    private readonly SimulationThread _thread = new();
    private readonly SimulationTrace _trace;
    private SeededRandom _random;
    private TimeSpan _now;

    /// <summary>An empty loop.</summary>
    /// <param name="seed">What decides the order.</param>
    /// <param name="keepsTrace">Whether <see cref="Trace"/> is kept, which costs time and memory.</param>
    public SimulationLoop(int seed, bool keepsTrace = false)
    {
        _trace = new SimulationTrace(keepsTrace);
        Seed = seed;
        _random = new SeededRandom((ulong)(uint)seed);
    }

    /// <summary>What decides the order.</summary>
    public int Seed { get; private set; }

    /// <summary>Steps since the seed was set.</summary>
    public long Steps { get; private set; }

    /// <summary>Virtual time since the seed was set.</summary>
    public TimeSpan Now
    {
        get
        {
            lock (_lock)
            {
                return _now;
            }
        }
    }

    /// <summary>A number that is the same for runs that took the same steps at the same virtual times.</summary>
    public ulong TraceHash => _trace.Hash;

    /// <summary>The steps and notes of the run, for finding where two runs part; empty unless it is kept.</summary>
    public ImmutableArray<string> Trace => _trace.Lines;

    /// <summary>How likely each step first jumps to the next timer although something can run, 0 to 1. Default
    /// 0.</summary>
    /// <remarks>Above 0 timeouts race with what they time. Only in <c>Run</c>; stays when the seed changes.</remarks>
    public double TimerShare { get; set; }

    /// <summary>How many items can run now.</summary>
    public int Runnable
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>Puts an action into the queue.</summary>
    public void Post(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        Enqueue(new SimulationTimer(action, null, null));
    }

    /// <summary>A task that completes in a step of its own.</summary>
    public Task YieldAsync()
    {
        var source = new TaskCompletionSource();
        Post(source.SetResult);
        return source.Task;
    }

    /// <summary>A task that completes in a step of its own after a virtual time.</summary>
    public Task DelayAsync(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        var source = new TaskCompletionSource();
        AddTimer(delay, new SimulationTimer(source.SetResult, null, null));
        return source.Task;
    }

    /// <summary>A number from 0 up to, not including, <paramref name="bound"/>, out of the same seed as the
    /// order.</summary>
    public int Choose(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return _random.NextBelow(bound);
    }

    /// <summary>Adds a text to the trace and its hash: what the program did, not only when it ran.</summary>
    public void Note(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _trace.AddNote(text);
    }

    /// <summary>Runs until a condition holds, which is asked before each step. Time jumps when nothing else can
    /// run.</summary>
    /// <exception cref="SimulationException">Nothing is left that could run, or it took too many steps.</exception>
    public void Run(Func<bool> until, int maxSteps = DefaultMaxSteps)
    {
        ArgumentNullException.ThrowIfNull(until);
        _thread.Run(() => RunSteps(() => until() || Race(), TryJump, maxSteps));
    }

    /// <summary>Runs until a task is completed, and returns when it is, however it ended.</summary>
    /// <remarks>A task that completes by way of another thread (Ask) is waited for; then the trace need not
    /// repeat.</remarks>
    /// <exception cref="SimulationException">Nothing is left that could run, or it took too many steps.</exception>
    public void Run(Task task, int maxSteps = DefaultMaxSteps)
    {
        ArgumentNullException.ThrowIfNull(task);
        _thread.Run(() => RunSteps(
            () => task.IsCompleted || Race(), () => TryJump() || CompletesElsewhere(task), maxSteps));
    }

    /// <summary>Runs until a task is completed and returns its result or throws what it failed with.</summary>
    /// <exception cref="SimulationException">Nothing is left that could run, or it took too many steps.</exception>
    public T Run<T>(Task<T> task, int maxSteps = DefaultMaxSteps)
    {
        Run((Task)task, maxSteps);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Runs until nothing can run. Time stands still.</summary>
    /// <exception cref="SimulationException">It took too many steps.</exception>
    public void RunUntilIdle(int maxSteps = DefaultMaxSteps) =>
        _thread.Run(() => RunSteps(() => Runnable == 0, static () => false, maxSteps));

    /// <summary>Runs until nothing can run, then lets time pass, and runs whatever falls due on the way.</summary>
    /// <exception cref="SimulationException">It took too many steps.</exception>
    public void Advance(TimeSpan time, int maxSteps = DefaultMaxSteps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        var end = Now + time;
        _thread.Run(() => RunSteps(() => Runnable == 0 && !HasTimerUntil(end), TryJump, maxSteps));
        lock (_lock)
        {
            _now = end;
        }
    }

    /// <summary>Begins a new run: virtual time, steps and trace start again, timers that are left are
    /// dropped.</summary>
    /// <exception cref="InvalidOperationException">Something can still run: <see cref="RunUntilIdle"/>
    /// first.</exception>
    public void Reseed(int seed)
    {
        lock (_lock)
        {
            if (_queue.Count > 0 || _thread.IsRunning)
            {
                throw new InvalidOperationException($"The run of seed {Seed} is not over: {_queue.Count} can run.");
            }

            _queue.Reset();
            _timers.Reset();
            _trace.Reset();
            _random = new SeededRandom((ulong)(uint)seed);
            _now = TimeSpan.Zero;
            _thread.TakeIntruder();
            Seed = seed;
            Steps = 0;
        }
    }

    /// <summary>As <c>seed 7, step 120, 00:00:45, 3 runnable</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"seed {Seed}, step {Steps}, {Now}, {Runnable} runnable");

    internal double ChooseShare() => _random.NextShare();

    internal void DropTimers() => _timers.Reset();

    internal void Enqueue(IRunnable runnable)
    {
        lock (_lock)
        {
            _thread.Note();
            _queue.Add(runnable);
            WakeIfOthers();
        }
    }

    internal void AddTimer(TimeSpan delay, SimulationTimer timer)
    {
        lock (_lock)
        {
            _thread.Note();
            if (delay > TimeSpan.Zero)
            {
                _timers.Add(_now + delay, timer);
                return;
            }

            MakeRunnable(timer, _now);
        }
    }

    /// <summary>Runs until a task is completed that other threads work on too, and lets them post: start and
    /// termination of an actor system. Not repeatable.</summary>
    internal void RunWithOthers(Task task)
    {
        _ = task.ContinueWith(Wake, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _thread.AdmitsOthers = true;
        try
        {
            _thread.Run(() => RunSteps(
                () => task.IsCompleted, () => WaitForOthers(task) || TryJump(), DefaultMaxSteps));
        }
        finally
        {
            _thread.AdmitsOthers = false;
        }

        void Wake(Task completed)
        {
            lock (_lock)
            {
                WakeIfOthers();
            }
        }
    }

    /// <summary>Jumps to the next timer now and then. False, so that it stands behind a condition of ending.</summary>
    private bool Race()
    {
        if (TimerShare > 0 && _random.NextShare() < TimerShare)
        {
            TryJump();
        }

        return false;
    }

    private void RunSteps(Func<bool> until, Func<bool> whenIdle, int maxSteps)
    {
        var end = Steps + maxSteps;
        while (!until())
        {
            if (Steps >= end)
            {
                throw new SimulationException(
                    Seed, $"not done after {maxSteps} steps; at {Now}, {Runnable} items can run.");
            }

            if (!TryStep() && !whenIdle())
            {
                ThrowIfIntruded();
                throw new SimulationException(
                    Seed,
                    $"stuck after {Steps} steps: at {Now} nothing is left that could run. "
                    + "Either everything waits for something, or a task went on on another thread.");
            }
        }
    }

    private bool TryStep()
    {
        IRunnable runnable;
        lock (_lock)
        {
            var choices = _queue.Count;
            if (choices == 0)
            {
                return false;
            }

            (var number, runnable) = _queue.Take(_random.NextBelow(choices));
            _trace.AddStep(++Steps, _now, number, choices);
        }

        RunOne(runnable);
        ThrowIfIntruded();
        return true;
    }

    private void RunOne(IRunnable runnable)
    {
        try
        {
            runnable.Run();
        }
#pragma warning disable CA1031 // the root of the loop: whatever it is, the seed goes with it
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new SimulationException(Seed, $"step {Steps} threw {e.GetType().Name}: {e.Message}", e);
        }
    }

    private bool TryJump()
    {
        lock (_lock)
        {
            if (!_timers.TryPeek(out var due))
            {
                return false;
            }

            _now = due > _now ? due : _now;
            while (_timers.TryTake(due, out var taken))
            {
                MakeRunnable(taken.Timer, taken.Due);
            }

            return true;
        }
    }

    private bool HasTimerUntil(TimeSpan end)
    {
        lock (_lock)
        {
            return _timers.TryPeek(out var due) && due <= end;
        }
    }

    private void MakeRunnable(SimulationTimer timer, TimeSpan due)
    {
        _queue.Add(timer);
        if (timer.Interval is { } interval)
        {
            _timers.Add(due + interval, timer);
        }
    }

    private void ThrowIfIntruded()
    {
        if (_thread.TakeIntruder() is { } stack)
        {
            throw new SimulationException(
                Seed,
                $"at step {Steps} work came from another thread, so this run cannot be repeated:\n{stack}");
        }
    }

    private static bool CompletesElsewhere(Task task) =>
        ((IAsyncResult)task).AsyncWaitHandle.WaitOne(OtherThreadsPatience);

    private void WakeIfOthers()
    {
        if (_thread.AdmitsOthers)
        {
            Monitor.PulseAll(_lock);
        }
    }

    private bool WaitForOthers(Task task)
    {
        lock (_lock)
        {
            return task.IsCompleted || _queue.Count > 0
                || (Monitor.Wait(_lock, OtherThreadsPatience) && (task.IsCompleted || _queue.Count > 0));
        }
    }
}
