using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>A snapshot of the simulation, with its COW device. Outlives power cuts.</summary>
internal sealed class SimulatedSnapshot(
    int length, CowLayout layout, SnapshotStoreSpec spec, SnapshotPolicy policy, SimulatedDisk disk)
{
    public int Length => length;

    public CowLayout Layout => layout;

    public SnapshotStoreSpec Spec => spec;

    public SnapshotPolicy Policy => policy;

    public SnapshotTerms Terms => new(length, spec, policy);

    public SimulatedDisk Disk => disk;

    public SnapshotState State { get; set; } = null!;

    /// <summary>What it may show; null before it begins.</summary>
    public ViewOracle? View { get; set; }

    public SimulatedCommit? Commit { get; set; }

    public bool IsBeingMarked { get; set; }

    /// <summary>Nobody knows what it shows after a cut.</summary>
    public bool HasMarkFailed { get; set; }

    /// <summary>What is done when it is suspended.</summary>
    public bool WantsRemoval { get; set; }

    public bool WantsMerge { get; set; }

    public bool IsActivating { get; set; }

    public bool IsActive { get; set; }

    /// <summary>Whether it is, or was when it stopped, the origin to who uses it.</summary>
    public bool IsMerge { get; set; }

    public bool IsLeaving { get; set; }

    public bool IsHandedOver { get; set; }

    /// <summary>Chunks whose exceptions are durable.</summary>
    public HashSet<long> Kept { get; } = [];

    public bool IsPersistent => spec.Kind != SnapshotStoreKind.Transient;

    /// <summary>Whether it shows what it showed when it began.</summary>
    public bool IsShowing => IsActive && !IsMerge && !IsLeaving && State.IsValid && View is not null;

    public bool Keeps(long chunk) => IsPersistent ? Kept.Contains(chunk) : State.Map.Look(chunk, chunk)[0].IsMapped;

    /// <summary>The sectors that it covers of a run of chunks, and where they are on the COW device.</summary>
    public IEnumerable<(int Sector, int Cow)> SectorsOf(ExceptionRun run)
    {
        var (start, end, cow) = PlaceOf(run);
        for (var sector = start; sector < end; sector++)
        {
            yield return (sector, cow < 0 ? -1 : cow + sector - start);
        }
    }

    /// <summary>The sectors, and where the first one is on the COW device; -1: on the origin.</summary>
    public (int Start, int End, int Cow) PlaceOf(ExceptionRun run)
    {
        var start = (int)layout.RangeOf(run.OldFirst).Start;
        var end = Math.Min(start + ((int)run.Count * layout.ChunkSectors), length);
        return (start, end, run.IsMapped ? (int)layout.RangeOf(run.NewFirst).Start : -1);
    }

    /// <summary>What a read of it reads from the origin, in whole chunks.</summary>
    public IEnumerable<int> SectorsOnOrigin(SimulatedRead read) =>
        read.Token!.Runs.Where(static run => !run.IsMapped).SelectMany(SectorsOf).Select(static one => one.Sector);

    /// <summary>All its chunks.</summary>
    public IReadOnlyList<ExceptionRun> Look() => State.Map.Look(0, layout.ChunksFor(length) - 1);

    public override string ToString() =>
        $"{spec}, {policy.OnFailure}, {State?.Status}{(IsMerge ? ", merging" : "")}, {State?.Phase}";
}
