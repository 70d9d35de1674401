namespace Kcopyd.Core.Snapshots;

/// <summary>A read of a snapshot under way, and where its chunks are.</summary>
public sealed class SnapshotRead
{
    internal SnapshotRead(IReadOnlyList<ExceptionRun> runs)
    {
        Runs = runs;
        foreach (var run in runs)
        {
            IsTracked |= run.NewFirst < 0;
        }
    }

    /// <summary>All chunks of the read, in order: on the COW device, or (<c>NewFirst</c> negative) on the
    /// origin.</summary>
    public IReadOnlyList<ExceptionRun> Runs { get; }

    /// <summary>Whether it reads the origin: nobody overwrites those chunks until it has ended.</summary>
    internal bool IsTracked { get; }

    /// <summary>Whether it reads a chunk from the origin.</summary>
    internal bool Reads(long chunk)
    {
        foreach (var run in Runs)
        {
            if (run.NewFirst < 0 && run.OldFirst <= chunk && chunk < run.OldFirst + run.Count)
            {
                return true;
            }
        }

        return false;
    }
}
