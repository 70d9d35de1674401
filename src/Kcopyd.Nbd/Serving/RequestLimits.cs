namespace Kcopyd.Nbd.Serving;

/// <summary>What requests of one connection may be under way: so many, with so many bytes in all.</summary>
/// <remarks>One caller enters, one at a time; any thread leaves.</remarks>
internal sealed class RequestLimits(int maxRequests, long maxBytes)
{
    private readonly Lock _gate = new();
    private int _requests;
    private long _bytes;
    private TaskCompletionSource? _waiting;
    private long _wanted;

    /// <summary>How many requests are under way.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _requests;
            }
        }
    }

    /// <summary>Waits until a request may begin. One with more bytes than may be begins alone.</summary>
    public ValueTask EnterAsync(long bytes)
    {
        lock (_gate)
        {
            if (HasRoom(bytes))
            {
                Take(bytes);
                return default;
            }

            _wanted = bytes;
            _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_waiting.Task);
        }
    }

    /// <summary>A request is over.</summary>
    public void Leave(long bytes)
    {
        TaskCompletionSource? admitted = null;
        lock (_gate)
        {
            _requests--;
            _bytes -= bytes;
            if (_waiting is not null && HasRoom(_wanted))
            {
                (admitted, _waiting) = (_waiting, null);
                if (_wanted >= 0)
                {
                    Take(_wanted);
                }
            }
        }

        admitted?.SetResult();
    }

    /// <summary>Waits until no request is under way. The last call.</summary>
    public Task EmptyAsync()
    {
        lock (_gate)
        {
            if (_requests == 0)
            {
                return Task.CompletedTask;
            }

            _wanted = -1;
            _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiting.Task;
        }
    }

    /// <remarks>Who waits for emptiness wants less than nothing.</remarks>
    private bool HasRoom(long bytes) =>
        _requests == 0 || (bytes >= 0 && _requests < maxRequests && _bytes + bytes <= maxBytes);

    private void Take(long bytes)
    {
        _requests++;
        _bytes += bytes;
    }
}
