using Akka.Dispatch;

namespace Kcopyd.Actors.Hosting;

/// <summary>Runs actors on threads of its own, newest first, so that a segment is written by the core that has just
/// read it.</summary>
/// <remarks>
/// <para>
/// What an actor on one of the threads sets in motion goes on that thread's own stack and runs next there: reader, job
/// and writers of one segment follow each other while its pages are in cache. What comes from elsewhere goes into a
/// common queue. An idle thread takes from the common queue, then the oldest from another thread's stack. Every
/// <see cref="FairnessInterval"/>th time a thread takes the oldest of all, so that nothing waits for ever.
/// </para>
/// <para>
/// Actors here may block in a device. When work waits and nothing was taken for <see cref="BlockedAfter"/>, the
/// threads are taken to be blocked and one more is started, up to <see cref="MaxThreads"/>: a device that hangs holds
/// up its own job, not the client. Threads beyond the first ones leave when they find nothing to do. The limit is that
/// of all clients of a system: with <see cref="MaxThreads"/> calls that hang at once, everybody waits for one of them.
/// </para>
/// </remarks>
internal sealed class CopyDispatcher : MessageDispatcher
{
    /// <summary>The most threads: more hanging calls than this and everybody waits, in whatever order the devices
    /// answer.</summary>
    private const int MaxThreads = 64;

    /// <summary>How often the oldest goes before the newest: seldom enough to keep the cache warm.</summary>
    private const int FairnessInterval = 64;

    /// <summary>Messages that an actor handles in one go: a client with many jobs should not be put back after
    /// each.</summary>
    private const int MessagesAtOnce = 100;

    /// <summary>How long nothing has to be taken, while work waits, before the threads count as blocked.</summary>
    private static readonly TimeSpan BlockedAfter = TimeSpan.FromMilliseconds(20);

    [ThreadStatic]
    private static CopyWorker? _current;

    private readonly object _gate = new();
    private readonly Queue<IRunnable> _common = new();
    private readonly List<CopyWorker> _workers = [];
    private readonly AutoResetEvent _attention = new(false);
    private readonly int _baseThreads;
    private int _waiting;
    private int _idle;
    private long _taken;
    private bool _isWatched;
    private bool _watchSleeps;
    private bool _isShutDown;

    public CopyDispatcher(MessageDispatcherConfigurator configurator, string id, int threads)
        : base(configurator)
    {
        Id = id;
        Throughput = MessagesAtOnce;
        _baseThreads = threads;
    }

    /// <inheritdoc/>
    protected override void ExecuteTask(IRunnable run)
    {
        lock (_gate)
        {
            _isShutDown = false;
            _waiting++;
            var worker = _current?.Owner == this ? _current : null;
            if (worker is null)
            {
                _common.Enqueue(run);
            }
            else
            {
                worker.Stack.Push(run);
            }

            // The thread that set it in motion takes one soon, and another is woken only for more than that. Should it
            // not come back soon, because what it runs waits for something, the watch notices.
            if (_waiting > (worker is null ? 0 : 1))
            {
                WakeAnother();
            }

            Watch();
        }
    }

    /// <inheritdoc/>
    protected override void Shutdown()
    {
        lock (_gate)
        {
            _isShutDown = true;
            WakeAll();
        }

        _attention.Set();
    }

    private void WakeAnother()
    {
        if (_idle > 0)
        {
            // It is idle no more, though it will know only when it gets the lock: the next one to wake is another.
            _idle--;
            Monitor.Pulse(_gate);
        }
        else if (_workers.Count < _baseThreads)
        {
            StartWorker();
        }
    }

    private void WakeAll()
    {
        _idle = 0;
        Monitor.PulseAll(_gate);
    }

    private void StartWorker()
    {
        var worker = new CopyWorker(this);
        _workers.Add(worker);
        var thread = new Thread(() => Work(worker)) { IsBackground = true, Name = $"{Id}-{_workers.Count}" };
        thread.Start();
    }

    private void Work(CopyWorker worker)
    {
        _current = worker;
        while (Take(worker) is { } run)
        {
            run.Run();
        }
    }

    private IRunnable? Take(CopyWorker worker)
    {
        lock (_gate)
        {
            while (_waiting == 0)
            {
                if (_isShutDown || _workers.Count > _baseThreads)
                {
                    _workers.Remove(worker);
                    return null;
                }

                _idle++;
                Monitor.Wait(_gate);
            }

            _waiting--;
            _taken++;
            return Pick(worker);
        }
    }

    private IRunnable Pick(CopyWorker worker)
    {
        worker.Turns++;
        var isOldestsTurn = worker.Turns % FairnessInterval == 0;
        if (worker.Stack.Count > 0 && !isOldestsTurn)
        {
            return worker.Stack.PopNewest();
        }

        if (_common.TryDequeue(out var common))
        {
            return common;
        }

        // Something waits, so it is on some stack; the longest one needs help most.
        return _workers.MaxBy(other => other.Stack.Count)!.Stack.PopOldest();
    }

    /// <summary>Has work that waits looked after, as long as there is any.</summary>
    private void Watch()
    {
        if (!_isWatched)
        {
            _isWatched = true;
            new Thread(WatchWaiting) { IsBackground = true, Name = $"{Id}-watch" }.Start();
        }
        else if (_watchSleeps)
        {
            _watchSleeps = false;
            _attention.Set();
        }
    }

    private void WatchWaiting()
    {
        var seen = -1L;
        while (true)
        {
            lock (_gate)
            {
                if (_isShutDown && _waiting == 0)
                {
                    _isWatched = false;
                    return;
                }

                // It sleeps only after a quiet while: work that comes and goes does not wake it each time.
                _watchSleeps = _waiting == 0 && _taken == seen;
                if (_waiting > 0 && _taken == seen)
                {
                    Relieve();
                }

                seen = _taken;
            }

            _attention.WaitOne(_watchSleeps ? Timeout.InfiniteTimeSpan : BlockedAfter);
        }
    }

    private void Relieve()
    {
        if (_idle > 0)
        {
            WakeAll();
        }
        else if (_workers.Count < MaxThreads)
        {
            StartWorker();
        }
    }

    private sealed class CopyWorker(CopyDispatcher owner)
    {
        public CopyDispatcher Owner { get; } = owner;

        public WorkStack Stack { get; } = new();

        public int Turns { get; set; }
    }
}
