namespace Kcopyd.Devices;

/// <summary>Threads on which the blocking calls of one device run, so that neither a caller nor the thread pool
/// waits.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>Each device has its own, so that a device that hangs holds up no other.</item>
/// <item>Threads start on demand, at most <see cref="MaxThreads"/>, and end when there was nothing to do for a
/// while.</item>
/// <item>Calls wait in the order in which they came; continuations run on the thread pool, never here.</item>
/// </list>
/// </remarks>
internal sealed class DeviceThreads(string name)
{
    /// <summary>As many requests as a device is given at a time: what a fast disk needs to be busy.</summary>
    internal const int MaxThreads = 32;

    /// <summary>
    /// Calls that may wait. Each holds a buffer of its caller, so callers' budgets bound it long before; a call beyond
    /// it is refused with EAGAIN.
    /// </summary>
    internal const int MaxWaiting = 65_536;

    private const int StackSize = 256 * 1024;
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(5);

    private readonly object _gate = new();
    private readonly Queue<DeviceWork> _waiting = new();
    private int _threads;
    private int _idle;
    private bool _closed;
    private TaskCompletionSource? _drained;

    /// <summary>For calls that belong to no device yet: opening one, finding out about one.</summary>
    internal static DeviceThreads Opening { get; } = new("kcopyd open");

    /// <summary>Makes a call on a device thread. Cancelled before it began, it is not made; after that it is waited
    /// for.</summary>
    internal ValueTask RunAsync<TState>(
        DeviceCall call, TState state, Action<TState, CancellationToken> body, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        var work = DeviceWork<TState>.Rent(state, body, cancellationToken);
        var task = work.Task;
        if (Enqueue(work) is { } refusal)
        {
            work.Abandon();
            return ValueTask.FromException(refusal(call));
        }

        return task;
    }

    /// <summary>As <see cref="RunAsync{TState}"/>, with an answer.</summary>
    internal async ValueTask<TAnswer> AskAsync<TState, TAnswer>(
        DeviceCall call, TState state, Func<TState, TAnswer> body, CancellationToken cancellationToken)
    {
        var question = new Question<TState, TAnswer>(state, body);
        await RunAsync(call, question, static (asked, _) => asked.Ask(), cancellationToken).ConfigureAwait(false);
        return question.Answer!;
    }

    /// <summary>Takes no more calls, and completes when those taken have completed and the threads are told to
    /// end.</summary>
    internal Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_threads == 0)
            {
                _drained.TrySetResult();
            }

            return _drained.Task;
        }
    }

    private Func<DeviceCall, DeviceException>? Enqueue(DeviceWork work)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return static call => BlockRequest.Closed(call.Device, call.Operation);
            }

            if (_waiting.Count >= MaxWaiting)
            {
                return static call => Refusal(call, $"{MaxWaiting} calls are waiting for it already");
            }

            _waiting.Enqueue(work);
            if (_waiting.Count <= _idle)
            {
                Monitor.Pulse(_gate);
                return null;
            }

            return _threads == MaxThreads || TryStart() || _threads > 0 ? null : NoThread();
        }
    }

    private bool TryStart()
    {
        try
        {
            new Thread(Loop, StackSize) { IsBackground = true, Name = name }.UnsafeStart();
            _threads++;
            return true;
        }
        catch (Exception failure) when (failure is OutOfMemoryException or ThreadStartException)
        {
            return false;
        }
    }

    private Func<DeviceCall, DeviceException> NoThread()
    {
        // With no thread there was nothing in the queue but the call that is being refused.
        _waiting.Clear();
        return static call => Refusal(call, "the system has no thread left for it");
    }

    private static DeviceException Refusal(DeviceCall call, string reason) =>
        SystemErrors.Failure(call.Device, call.Operation, SystemErrors.Again, offset: null, reason);

    private void Loop()
    {
        while (Next() is { } work)
        {
            work.Execute();
        }
    }

    private DeviceWork? Next()
    {
        lock (_gate)
        {
            while (true)
            {
                if (_waiting.TryDequeue(out var work))
                {
                    return work;
                }

                _idle++;
                var hadWork = !_closed && Monitor.Wait(_gate, IdleLimit);
                _idle--;
                if (!hadWork && _waiting.Count == 0)
                {
                    return End();
                }
            }
        }
    }

    private DeviceWork? End()
    {
        _threads--;
        if (_threads == 0 && _closed)
        {
            _drained?.TrySetResult();
        }

        return null;
    }

    private sealed class Question<TState, TAnswer>(TState state, Func<TState, TAnswer> call)
    {
        internal TAnswer? Answer { get; private set; }

        internal void Ask() => Answer = call(state);
    }
}
