namespace Kcopyd.Core.Snapshots;

/// <summary>Consecutive chunks of an origin, and where a snapshot has them.</summary>
/// <param name="OldFirst">The first chunk of the origin.</param>
/// <param name="NewFirst">The chunk of the COW store that holds it, the next holds the next and so on;
/// <see cref="None"/> if no chunk of the run has an exception.</param>
/// <param name="Count">How many chunks there are, at least 1.</param>
public readonly record struct ExceptionRun(long OldFirst, long NewFirst, long Count)
{
    /// <summary>What stands in <see cref="NewFirst"/> where there is no exception.</summary>
    public const long None = -1;

    /// <summary>Whether the chunks have exceptions.</summary>
    public bool IsMapped => NewFirst != None;

    /// <summary>The chunk of the origin after the last.</summary>
    public long OldEnd => OldFirst + Count;

    /// <summary>Where the store has a chunk of the origin; <see cref="None"/> if it is not in the run, or the run has
    /// no exceptions.</summary>
    public long NewOf(long oldChunk) =>
        IsMapped && oldChunk >= OldFirst && oldChunk < OldEnd ? NewFirst + (oldChunk - OldFirst) : None;
}
