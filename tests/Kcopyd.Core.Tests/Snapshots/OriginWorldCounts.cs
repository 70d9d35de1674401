namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>What happened in worlds: runs that see none of something prove nothing of it.</summary>
internal sealed record OriginWorldCounts
{
    public int Cuts { get; set; }

    public int Reloads { get; set; }

    public int Areas { get; set; }

    public int Cleanings { get; set; }

    public int AwaitedReads { get; set; }

    public int Invalidations { get; set; }

    public int Overflows { get; set; }

    public int Refusals { get; set; }

    public int Runs { get; set; }

    public int AreaReads { get; set; }

    public int Merges { get; set; }

    public int MergeFailures { get; set; }

    public int Least => new[]
    {
        Cuts, Reloads, Areas, Cleanings, AwaitedReads, Invalidations, Overflows, Refusals, Runs, AreaReads, Merges,
        MergeFailures,
    }.Min();

    public void Add(OriginWorldCounts other)
    {
        Cuts += other.Cuts;
        Reloads += other.Reloads;
        Areas += other.Areas;
        Cleanings += other.Cleanings;
        AwaitedReads += other.AwaitedReads;
        Invalidations += other.Invalidations;
        Overflows += other.Overflows;
        Refusals += other.Refusals;
        Runs += other.Runs;
        AreaReads += other.AreaReads;
        Merges += other.Merges;
        MergeFailures += other.MergeFailures;
    }
}
