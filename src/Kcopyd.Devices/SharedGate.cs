namespace Kcopyd.Devices;

/// <summary>Lets many inside side by side, or one alone. Who wants to be alone goes before those that come
/// later.</summary>
/// <remarks>Not reentrant. Entering and leaving take a lock for a moment, and allocate nothing.</remarks>
internal sealed class SharedGate
{
    private readonly object _sync = new();
    private int _inside;
    private int _waitingAlone;
    private bool _alone;

    internal void EnterShared()
    {
        lock (_sync)
        {
            while (_alone || _waitingAlone > 0)
            {
                Monitor.Wait(_sync);
            }

            _inside++;
        }
    }

    internal void ExitShared()
    {
        lock (_sync)
        {
            _inside--;
            if (_inside == 0 && _waitingAlone > 0)
            {
                Monitor.PulseAll(_sync);
            }
        }
    }

    internal void EnterAlone()
    {
        lock (_sync)
        {
            _waitingAlone++;
            while (_alone || _inside > 0)
            {
                Monitor.Wait(_sync);
            }

            _waitingAlone--;
            _alone = true;
        }
    }

    internal void ExitAlone()
    {
        lock (_sync)
        {
            _alone = false;
            Monitor.PulseAll(_sync);
        }
    }
}
