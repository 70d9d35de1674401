namespace Kcopyd.Core.Snapshots;

/// <summary>One exception on its way: its data is being written, then the store is told, then reads of the origin that
/// began before end, and then it is over.</summary>
public sealed class ChunkException
{
    internal ChunkException(SnapshotState snapshot, long oldChunk, long newChunk) =>
        (Snapshot, OldChunk, NewChunk) = (snapshot, oldChunk, newChunk);

    /// <summary>Whose it is.</summary>
    public SnapshotState Snapshot { get; }

    /// <summary>The chunk of the origin.</summary>
    public long OldChunk { get; }

    /// <summary>The chunk of the COW device.</summary>
    public long NewChunk { get; }

    /// <summary>The write epoch of the COW device when its data began to be written: whoever writes it sets it, and the
    /// commit's flush is about that epoch.</summary>
    public long WriteEpoch { get; set; }

    /// <summary>Whether its data was written: null, not yet.</summary>
    internal bool? IsFilled { get; set; }

    /// <summary>Requests that go on when it is over.</summary>
    internal List<ChunkWait> Waiters { get; } = [];
}
