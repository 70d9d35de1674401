namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>A snapshot that goes to and fro: one party makes it, the next run is the other's, and so on.</summary>
/// <param name="Name">Of the case.</param>
/// <param name="ChunkSectors">The size of its chunks.</param>
/// <param name="Length">Its sectors, as many as its origin has.</param>
/// <param name="CowChunks">The size of its store.</param>
/// <param name="Runs">Its runs.</param>
internal sealed record RelaySnapshot(
    string Name, int ChunkSectors, int Length, int CowChunks, params SnapshotRun[] Runs)
{
    /// <summary>The type of its store.</summary>
    public string Type { get; init; } = "P";

    public int CowSectors => CowChunks * ChunkSectors;

    /// <summary>The table of a run, in the numbers of the golden files: the first says the size of the chunks, the
    /// others another one, as that of the store counts more.</summary>
    public string TableOf(int run)
    {
        var target = Runs[run].IsMerge ? "snapshot-merge" : "snapshot";
        var origin = Runs[run].Hold is null ? "253:1" : "253:2";
        return $"0 {Length} {target} {origin} 253:0 {Type} {(run == 0 ? ChunkSectors : 2 * ChunkSectors)}";
    }

    public override string ToString() => $"{Name}, chunk {ChunkSectors}";
}
