using System.Collections.Concurrent;
using Akka.Dispatch;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Hosting;

/// <summary>What a device and its actor share: the calls that are not over, and how the device learns that its actor is
/// gone, so that nobody waits for an answer that will never come.</summary>
/// <param name="name">The device.</param>
/// <param name="dispatcher">What callers go on through, each in a turn of its own: one that blocks holds up neither the
/// actor that stops nor the others.</param>
internal sealed class CallLink(string name, MessageDispatcher dispatcher)
{
    private readonly TaskCompletionSource _closed = new();
    private readonly ConcurrentDictionary<CallEnd, DeviceOperation> _calls = new();
    private readonly Lock _lock = new();
    private HashSet<TaskCompletionSource>? _waiters = [];
    private bool _isClosing;

    /// <summary>Completes when the actor stopped and no call is left to it.</summary>
    /// <remarks>Completes on the actor's turn: who goes on to a caller's code waits with
    /// <see cref="UntilClosedAsync()"/>.</remarks>
    public Task Closed => _closed.Task;

    /// <summary>A call is about to be sent.</summary>
    /// <exception cref="DeviceException">The device is closed.</exception>
    public void Add(CallEnd call, DeviceOperation operation)
    {
        _calls.TryAdd(call, operation);
        if (Volatile.Read(ref _isClosing))
        {
            _calls.TryRemove(call, out _);
            throw BlockRequest.Closed(name, operation);
        }
    }

    public void Remove(CallEnd call) => _calls.TryRemove(call, out _);

    /// <summary>Refuses a call that passes by the actor, which is gone.</summary>
    /// <exception cref="DeviceException">The device is closed.</exception>
    public void ThrowIfClosed(DeviceOperation operation)
    {
        if (Volatile.Read(ref _isClosing))
        {
            throw BlockRequest.Closed(name, operation);
        }
    }

    /// <summary>The actor stopped. Harmless to repeat.</summary>
    public void Close()
    {
        // A call that is added meanwhile is found here, or finds this.
        Interlocked.Exchange(ref _isClosing, true);
        foreach (var (call, operation) in _calls)
        {
            call.Abandon(BlockRequest.Closed(name, operation), dispatcher);
        }

        var waiters = TakeWaiters();
        _closed.TrySetResult();
        foreach (var waiter in waiters)
        {
            dispatcher.Schedule(waiter.SetResult);
        }
    }

    /// <summary>An answer, or the news that none will come.</summary>
    /// <exception cref="ObjectDisposedException">The device is closed.</exception>
    public async Task<T> UntilClosed<T>(Task<T> answer, CancellationToken cancellationToken)
    {
        await UntilClosedAsync(answer).WaitAsync(cancellationToken).ConfigureAwait(false);
        return answer.IsCompleted
            ? await answer.ConfigureAwait(false)
            : throw new ObjectDisposedException(name, "The device is closed.");
    }

    /// <summary>Completes in a turn of its own after the actor stopped.</summary>
    public Task UntilClosedAsync()
    {
        var waiter = new TaskCompletionSource();
        return TryAdd(waiter) ? waiter.Task : Task.CompletedTask;
    }

    /// <summary>Completes with another task, however it ends, or in a turn of its own after the actor stopped.
    /// </summary>
    public async Task UntilClosedAsync(Task other)
    {
        var waiter = new TaskCompletionSource();
        if (TryAdd(waiter))
        {
            await Task.WhenAny(other, waiter.Task).ConfigureAwait(false);
            lock (_lock)
            {
                _waiters?.Remove(waiter);
            }
        }
    }

    /// <returns>False: the actor stopped.</returns>
    private bool TryAdd(TaskCompletionSource waiter)
    {
        lock (_lock)
        {
            return _waiters?.Add(waiter) == true;
        }
    }

    /// <returns>Who waited until now; nobody waits any more.</returns>
    private HashSet<TaskCompletionSource> TakeWaiters()
    {
        lock (_lock)
        {
            (var waiters, _waiters) = (_waiters, null);
            return waiters ?? [];
        }
    }
}
