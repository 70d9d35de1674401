using Akka.Dispatch;

namespace Kcopyd.Actors.Hosting;

/// <summary>Work of one thread: taken newest first by the thread, oldest first by others. Guarded by its dispatcher's
/// lock.</summary>
internal sealed class WorkStack
{
    private IRunnable?[] _ring = new IRunnable?[16];
    private int _oldest;

    public int Count { get; private set; }

    public void Push(IRunnable run)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        _ring[(_oldest + Count) & (_ring.Length - 1)] = run;
        Count++;
    }

    public IRunnable PopNewest() => Take((_oldest + Count - 1) & (_ring.Length - 1));

    public IRunnable PopOldest()
    {
        var run = Take(_oldest);
        _oldest = (_oldest + 1) & (_ring.Length - 1);
        return run;
    }

    private IRunnable Take(int index)
    {
        var run = _ring[index]!;
        _ring[index] = null;
        Count--;
        return run;
    }

    private void Grow()
    {
        var ring = new IRunnable?[_ring.Length * 2];
        for (var i = 0; i < Count; i++)
        {
            ring[i] = _ring[(_oldest + i) & (_ring.Length - 1)];
        }

        _ring = ring;
        _oldest = 0;
    }
}
