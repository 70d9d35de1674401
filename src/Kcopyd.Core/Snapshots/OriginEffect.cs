namespace Kcopyd.Core.Snapshots;

/// <summary>What is to be done for an origin and its snapshots.</summary>
public abstract record OriginEffect
{
    private OriginEffect()
    {
    }

    /// <summary>Do the pieces of a request. Answered by <see cref="OriginMachine.Ended"/>.</summary>
    public sealed record Issue(ChunkRequest Request) : OriginEffect;

    /// <summary>A request is over.</summary>
    public sealed record Settle(ChunkRequest Request, ChunkRefusal Refusal) : OriginEffect;

    /// <summary>Copy chunks of the origin. Answered by <see cref="OriginMachine.Filled"/>.</summary>
    public sealed record Fill(ChunkFill Copy) : OriginEffect;

    /// <summary>Write exceptions to a store. Answered by <see cref="OriginMachine.Committed"/>; one at a time for a
    /// snapshot.</summary>
    public sealed record Commit(SnapshotState Snapshot, StoreCommit Changes) : OriginEffect;

    /// <summary>Mark a store invalid, durably where its device lets. Answered by <see cref="OriginMachine.Marked"/>,
    /// also when it could not be marked: what waits goes on then, and a crash may find the store valid.</summary>
    public sealed record MarkInvalid(SnapshotState Snapshot) : OriginEffect;

    /// <summary>Flush the origin, so that what a new snapshot shows is durable. Answered by
    /// <see cref="OriginMachine.BarrierFlushed"/>.</summary>
    public sealed record FlushForBarrier : OriginEffect;

    /// <summary>A snapshot keeps what it shows from now on, or could not begin to.</summary>
    public sealed record Activated(SnapshotState Snapshot, bool Succeeded) : OriginEffect;

    /// <summary>Nothing is in flight: of a snapshot's own requests, or (null) of the origin's and of merging.</summary>
    public sealed record Suspended(SnapshotState? Snapshot) : OriginEffect;

    /// <summary>Nothing of a snapshot is on its way any more, and nothing waits for it.</summary>
    public sealed record Removed(SnapshotState Snapshot) : OriginEffect;

    /// <summary>Read an area of the merging snapshot's store. Answered by
    /// <see cref="OriginMachine.AreaRead"/>.</summary>
    public sealed record ReadArea(SnapshotState Snapshot, long Area) : OriginEffect;

    /// <summary>Copy a run from the merging snapshot's store to the origin, then flush the origin. Answered by
    /// <see cref="OriginMachine.MergeCopied"/>.</summary>
    /// <param name="Snapshot">The snapshot.</param>
    /// <param name="Start">Where the run begins on the COW device; unit: sectors.</param>
    /// <param name="Target">Where it goes on the origin.</param>
    public sealed record MergeCopy(SnapshotState Snapshot, long Start, SectorRange Target) : OriginEffect;

    /// <summary>Tell whoever runs the snapshot.</summary>
    public sealed record Tell(SnapshotState Snapshot, SnapshotNotice Notice) : OriginEffect;
}
