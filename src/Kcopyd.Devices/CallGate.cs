namespace Kcopyd.Devices;

/// <summary>Counts the calls inside a device, so that closing it waits for them and none begins afterwards.</summary>
internal sealed class CallGate
{
    private const long Closed = 1L << 62;

    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _state;

    /// <summary>Enters, or refuses because the device is closed. Who entered exits, in <c>finally</c>.</summary>
    internal void Enter(string device, DeviceOperation operation)
    {
        if ((Interlocked.Increment(ref _state) & Closed) != 0)
        {
            Exit();
            throw BlockRequest.Closed(device, operation);
        }
    }

    internal void Exit()
    {
        if (Interlocked.Decrement(ref _state) == Closed)
        {
            _empty.TrySetResult();
        }
    }

    /// <summary>Lets nobody in any more; completes when the last one is out. Harmless to repeat.</summary>
    internal Task CloseAsync()
    {
        if ((Interlocked.Or(ref _state, Closed) & ~Closed) == 0)
        {
            _empty.TrySetResult();
        }

        return _empty.Task;
    }
}
