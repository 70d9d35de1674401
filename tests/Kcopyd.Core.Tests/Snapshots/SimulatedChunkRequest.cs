using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>A request of the simulation. What it writes tells request and sector.</summary>
internal sealed class SimulatedChunkRequest(
    ChunkRequestKind kind, SnapshotState? snapshot, SectorRange range, long number)
    : ChunkRequest(kind, snapshot, range)
{
    public const long ValuesPerNumber = 4096;

    /// <summary>Rises from request to request.</summary>
    public long Number => number;

    /// <summary>None, if it changes nothing.</summary>
    public int First => (int)Range.Start;

    public int EndSector => (int)Range.End;

    public bool Changes => Kind is ChunkRequestKind.Write or ChunkRequestKind.Discard;

    public bool WasIssued { get; set; }

    public bool HasDeviceFailed { get; set; }

    /// <summary>Of a flush: what it makes safe, and when it began on each device.</summary>
    public long[] Promised { get; set; } = [];

    public List<(long Tick, int Epoch)> Begun { get; } = [];

    public long ValueAt(int sector) =>
        Kind == ChunkRequestKind.Discard ? 0 : (number * ValuesPerNumber) + sector;

    public override string ToString() => $"{Kind} {number} of {Range}, {Phase}";
}
