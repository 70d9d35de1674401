namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>What happened in worlds: a run that sees none of something proves nothing of it.</summary>
internal sealed class OriginWorldCounts
{
    public int Cuts { get; set; }

    public int Merges { get; set; }

    public int MergeFailures { get; set; }

    public int Runs { get; set; }

    public int Invalidations { get; set; }

    public int Overflows { get; set; }

    public int Refusals { get; set; }

    public int Areas { get; set; }

    public int Reloads { get; set; }

    public void Add(OriginWorldCounts other)
    {
        Cuts += other.Cuts;
        Merges += other.Merges;
        MergeFailures += other.MergeFailures;
        Runs += other.Runs;
        Invalidations += other.Invalidations;
        Overflows += other.Overflows;
        Refusals += other.Refusals;
        Areas += other.Areas;
        Reloads += other.Reloads;
    }

    public int Least() => new[]
    {
        Cuts, Merges, MergeFailures, Runs, Invalidations, Overflows, Refusals, Areas, Reloads,
    }.Min();

    public override string ToString() =>
        $"{Cuts} cuts, {Merges} merges, {MergeFailures} failed, {Runs} runs merged, {Invalidations} invalidations, "
        + $"{Overflows} overflows, {Refusals} refusals, {Areas} areas filled, {Reloads} stores loaded";
}
