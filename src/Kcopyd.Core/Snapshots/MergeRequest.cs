namespace Kcopyd.Core.Snapshots;

/// <summary>A run of a merging snapshot on its way into the origin.</summary>
internal sealed class MergeRequest(ExceptionRun run, SectorRange range)
    : ChunkRequest(ChunkRequestKind.Merge, null, range)
{
    /// <summary>Its chunks.</summary>
    public ExceptionRun Run => run;
}
