using Akka.Dispatch;

namespace Kcopyd.Actors.Hosting;

/// <summary>How a call of a device that an actor decides ends: by the actor, or because the actor is gone. The caller
/// is told when nobody uses its buffer any more.</summary>
/// <remarks>Decided: the task of the caller is completed through the dispatcher. Because: so it continues on another
/// thread than the actor's, and in a simulation in a step of its own. Instead of: continuations on the thread
/// pool.</remarks>
internal sealed class CallEnd
{
    private readonly TaskCompletionSource<Exception?> _done = new();
    private readonly Lock _lock = new();
    private bool _isRunning;
    private bool _isSettled;
    private (Exception Failure, MessageDispatcher Dispatcher)? _abandonment;

    /// <summary>Completes with null, or with why not.</summary>
    public Task<Exception?> Done => _done.Task;

    /// <summary>Completes the caller's task, whatever becomes of the actor then.</summary>
    public void Settle(Exception? failure, MessageDispatcher dispatcher)
    {
        lock (_lock)
        {
            _isSettled = true;
        }

        dispatcher.Schedule(() => _done.TrySetResult(failure));
    }

    /// <summary>Completes the caller's task, since the actor is gone: at once, or when no device uses the caller's
    /// buffer any more.</summary>
    public void Abandon(Exception failure, MessageDispatcher dispatcher)
    {
        lock (_lock)
        {
            if (_isSettled)
            {
                return;
            }

            _abandonment = (failure, dispatcher);
            if (_isRunning)
            {
                return;
            }
        }

        dispatcher.Schedule(() => _done.TrySetResult(failure));
    }

    /// <summary>Devices are about to use the caller's buffer; not if the call was abandoned.</summary>
    public bool TryBegin()
    {
        lock (_lock)
        {
            return _isRunning = _abandonment is null;
        }
    }

    /// <summary>No device uses the caller's buffer any more.</summary>
    public void EndUse()
    {
        lock (_lock)
        {
            _isRunning = false;
        }

        if (_abandonment is { } abandonment)
        {
            abandonment.Dispatcher.Schedule(() => _done.TrySetResult(abandonment.Failure));
        }
    }
}
