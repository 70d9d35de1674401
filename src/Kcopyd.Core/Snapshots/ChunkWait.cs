namespace Kcopyd.Core.Snapshots;

/// <summary>A request that waits for something, as of one of its evaluations.</summary>
internal readonly record struct ChunkWait(ChunkRequest Request, int Turn)
{
    /// <summary>Whether the request still waits for it.</summary>
    public bool IsCurrent => Request.Turn == Turn && Request.Phase != ChunkRequestPhase.Outside;
}
