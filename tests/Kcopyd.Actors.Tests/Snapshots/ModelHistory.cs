namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>The changes of the origin by one writer, in their order: so that what a new snapshot shows can be told from
/// what it cannot. Safe for concurrent calls.</summary>
internal sealed class ModelHistory
{
    private readonly Lock _lock = new();
    private readonly List<(int First, int Count, long Version)> _changes = [];
    private int _answered;

    /// <summary>A change is about to be asked for.</summary>
    public void Ask(int first, int count, long version)
    {
        lock (_lock)
        {
            _changes.Add((first, count, version));
        }
    }

    /// <summary>The last change is over.</summary>
    public void Answer(bool isDone)
    {
        lock (_lock)
        {
            if (!isDone)
            {
                _changes.RemoveAt(_changes.Count - 1);
            }

            _answered = _changes.Count;
        }
    }

    /// <summary>Forgets what is over: the copy that is made meanwhile has it.</summary>
    public void Begin(Action copy)
    {
        lock (_lock)
        {
            copy();
            _changes.RemoveRange(0, _answered);
            _answered = 0;
        }
    }

    /// <summary>The changes since.</summary>
    public List<(int First, int Count, long Version)> Take()
    {
        lock (_lock)
        {
            return [.. _changes];
        }
    }
}
