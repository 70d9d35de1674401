using System.Collections.Concurrent;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Hosting;

/// <summary>What a device and its actor share: the calls that are not over, and how the device learns that its actor is
/// gone, so that nobody waits for an answer that will never come.</summary>
internal sealed class CallLink(string name)
{
    private readonly TaskCompletionSource _closed = new();
    private readonly ConcurrentDictionary<CallEnd, DeviceOperation> _calls = new();

    public Task Closed => _closed.Task;

    /// <summary>A call is about to be sent.</summary>
    /// <exception cref="DeviceException">The device is closed.</exception>
    public void Add(CallEnd call, DeviceOperation operation)
    {
        _calls.TryAdd(call, operation);
        if (Closed.IsCompleted)
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
        if (Closed.IsCompleted)
        {
            throw BlockRequest.Closed(name, operation);
        }
    }

    /// <summary>The actor stopped.</summary>
    public void Close()
    {
        _closed.TrySetResult();
        foreach (var (call, operation) in _calls)
        {
            call.Abandon(BlockRequest.Closed(name, operation));
        }
    }

    /// <summary>An answer, or the news that none will come.</summary>
    /// <exception cref="ObjectDisposedException">The device is closed.</exception>
    public async Task<T> UntilClosed<T>(Task<T> answer, CancellationToken cancellationToken)
    {
        var first = await Task.WhenAny(answer, _closed.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
        return first == answer || answer.IsCompletedSuccessfully
            ? await answer.ConfigureAwait(false)
            : throw new ObjectDisposedException(name, "The device is closed.");
    }
}
