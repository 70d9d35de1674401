using System.Collections.Concurrent;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>What the device and the actor of a mirror share: the requests that are not over, the table, and how the
/// device learns that its actor is gone, so that nobody waits for an answer that will never come.</summary>
internal sealed class MirrorLink(string name, MirrorTable table)
{
    private readonly TaskCompletionSource _closed = new();
    private readonly ConcurrentDictionary<MirrorRequest, byte> _requests = new();
    private MirrorTable _table = table;

    public Task Closed => _closed.Task;

    /// <summary>The table to start the mirror with next time.</summary>
    public MirrorTable Table
    {
        get => Volatile.Read(ref _table);
        set => Volatile.Write(ref _table, value);
    }

    /// <summary>A request is about to be sent.</summary>
    /// <exception cref="DeviceException">The mirror is closed.</exception>
    public void Add(MirrorRequest request)
    {
        _requests.TryAdd(request, 0);
        if (Closed.IsCompleted)
        {
            _requests.TryRemove(request, out _);
            throw BlockRequest.Closed(name, request.Operation);
        }
    }

    public void Remove(MirrorRequest request) => _requests.TryRemove(request, out _);

    /// <summary>The actor stopped.</summary>
    public void Close()
    {
        _closed.TrySetResult();
        foreach (var request in _requests.Keys)
        {
            request.Abandon(BlockRequest.Closed(name, request.Operation));
        }
    }

    /// <summary>An answer, or the news that none will come.</summary>
    /// <exception cref="ObjectDisposedException">The mirror is closed.</exception>
    public async Task<T> UntilClosed<T>(Task<T> answer, CancellationToken cancellationToken)
    {
        var first = await Task.WhenAny(answer, _closed.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
        return first == answer || answer.IsCompletedSuccessfully
            ? await answer.ConfigureAwait(false)
            : throw new ObjectDisposedException(name, "The mirror is closed.");
    }
}
