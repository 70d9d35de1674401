namespace Kcopyd.Actors.TestKit.Simulation;

/// <summary>What is due later, in order of virtual time. Not safe for concurrent calls.</summary>
internal sealed class SimulationTimers
{
    private readonly PriorityQueue<(SimulationTimer Timer, TimeSpan Due), (TimeSpan Due, long Number)> _queue = new();
    private long _last;

    public void Add(TimeSpan due, SimulationTimer timer) => _queue.Enqueue((timer, due), (due, ++_last));

    /// <summary>When the next timer is due that is not cancelled.</summary>
    public bool TryPeek(out TimeSpan due)
    {
        while (_queue.TryPeek(out var next, out _))
        {
            if (!next.Timer.IsCancelled)
            {
                due = next.Due;
                return true;
            }

            _queue.Dequeue();
        }

        due = default;
        return false;
    }

    /// <summary>The next timer, if it is due at <paramref name="now"/>.</summary>
    public bool TryTake(TimeSpan now, out (SimulationTimer Timer, TimeSpan Due) taken)
    {
        var isDue = TryPeek(out var due) && due <= now;
        taken = isDue ? _queue.Dequeue() : default;
        return isDue;
    }

    public void Reset()
    {
        _queue.Clear();
        _last = 0;
    }
}
