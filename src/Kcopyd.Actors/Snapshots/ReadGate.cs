namespace Kcopyd.Actors.Snapshots;

/// <summary>Reads that pass by an actor: counts them, and holds those that come while it is suspended. Safe for
/// concurrent calls.</summary>
internal sealed class ReadGate
{
    private readonly Lock _lock = new();
    private bool _isOpen;
    private bool _isAwaited;
    private int _readers;

    /// <summary>Begins a read, unless reads are held. Who began ends it.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            _readers += _isOpen ? 1 : 0;
            return _isOpen;
        }
    }

    /// <summary>A read ended.</summary>
    /// <returns>Whether the actor waits for it, and is to be told.</returns>
    public bool Exit()
    {
        lock (_lock)
        {
            _readers--;
            return _isAwaited && _readers == 0;
        }
    }

    /// <summary>Lets reads in.</summary>
    public void Open()
    {
        lock (_lock)
        {
            (_isOpen, _isAwaited) = (true, false);
        }
    }

    /// <summary>Holds reads that come.</summary>
    /// <returns>Whether none is under way; if not, the end of the last one is told.</returns>
    public bool Close()
    {
        lock (_lock)
        {
            (_isOpen, _isAwaited) = (false, true);
            return _readers == 0;
        }
    }
}
