using System.Collections.Immutable;
using Kcopyd.Core;
using static Kcopyd.Core.Snapshots.SnapshotFailurePolicy;
using static Kcopyd.Core.Snapshots.SnapshotStoreKind;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>A small origin with snapshots, under load, that are to survive crashes.</summary>
/// <param name="Name">What it is about.</param>
public sealed record SnapshotCase(string Name)
{
    /// <summary>One of each kind.</summary>
    public static readonly IReadOnlyList<SnapshotCase> All =
    [
        new("one snapshot"),
        new("a second area") { Stores = [new(1)], KeptSectors = 29, OriginSectors = 48 },
        new("a second area of a used device")
        {
            Stores = [new(1)], KeptSectors = 29, OriginSectors = 48, IsUsed = true,
        },
        new("a new store on a used device") { Stores = [new(2)], IsUsed = true },
        new("torn areas")
        {
            Stores = [new(2)], KeptSectors = 60, OriginSectors = 120, IsUsed = true, IsTorn = true, MaxSectors = 40,
        },
        new("two snapshots with chunks of one size") { Stores = [new(4), new(4)] },
        new("three snapshots with chunks of other sizes") { Stores = [new(1), new(8), new(2)] },
        new("the last chunk is short") { Stores = [new(8), new(4)], OriginSectors = 59 },
        new("memory for one page, and few exceptions at once")
        {
            Stores = [new(2) { MaxPending = 2 }, new(4) { MaxPending = 1 }], PageBudget = 4.KiB,
        },
        new("discards in the store") { Stores = [new(4) { Discards = true }], KeptSectors = 32, SnapshotShare = 0.7 },
        new("a store is full") { Stores = [new(4) { Chunks = 8 }, new(4)] },
        new("a store of the snapshot's own writes is full")
        {
            Stores = [new(4) { Chunks = 7 }], SnapshotShare = 0.8,
        },
        new("a store overflows") { Stores = [new(4) { Chunks = 8, Kind = PersistentOverflow }], SnapshotShare = 0.8 },
        new("a full store fails writes")
        {
            Stores = [new(4) { Chunks = 8, OnFailure = FailWrite }, new(2)], SnapshotShare = 0.4,
        },
        new("one full store fails writes, and one is lost")
        {
            Stores = [new(2) { Chunks = 14, OnFailure = FailWrite }, new(4) { Chunks = 8 }],
        },
        new("writes to a store fail")
        {
            Stores = [new(2) { IsFaulty = true, OnFailure = FailWrite }, new(4)], KeptSectors = 56, OriginSectors = 96,
        },
        new("an area that is never full") { Stores = [new(1) { Chunks = 34 }], KeptSectors = 26, OriginSectors = 40 },
        new("a snapshot begins under load") { Stores = [new(4) { IsLate = true }] },
        new("a second snapshot begins under load") { Stores = [new(2), new(4) { IsLate = true }], IsUsed = true },
        new("suspended and resumed") { Stores = [new(4), new(2)], Suspends = true },
        new("handed over") { Stores = [new(4), new(4)], Turn = SnapshotTurn.HandedOver, SnapshotShare = 0.6 },
        new("merge") { Turn = SnapshotTurn.Merged, KeptSectors = 32, Stores = [new(2)] },
        new("merge of two areas")
        {
            Turn = SnapshotTurn.Merged, Stores = [new(1)], KeptSectors = 38, OriginSectors = 44, IsUsed = true,
        },
        new("merge beside another snapshot")
        {
            Turn = SnapshotTurn.Merged, KeptSectors = 24, OriginSectors = 40, Stores = [new(2), new(4)],
        },
        new("merge of two areas beside two snapshots, the last chunk short")
        {
            Turn = SnapshotTurn.Merged, KeptSectors = 32, OriginSectors = 45, Stores = [new(1), new(1), new(8)],
        },
        new("merge beside a snapshot whose store is full")
        {
            Turn = SnapshotTurn.Merged, KeptSectors = 16, Stores = [new(2), new(4) { Chunks = 9 }],
        },
        new("merge, and writes to the store fail")
        {
            Turn = SnapshotTurn.Merged, KeptSectors = 32, OriginSectors = 48, Stores = [new(2) { IsFaulty = true }],
        },
        new("merge, suspended and resumed")
        {
            Turn = SnapshotTurn.Merged, KeptSectors = 32, Stores = [new(2), new(2)], Suspends = true,
        },
        new("handed over to a merge")
        {
            Turn = SnapshotTurn.HandedOverToMerge, KeptSectors = 16, OriginSectors = 48, Stores = [new(4), new(2)],
        },
    ];

    /// <summary>The size of the origin.</summary>
    public int OriginSectors { get; init; } = 64;

    /// <summary>How much of the origin has changed, and is in every store that is not late, to begin with; 0: there are
    /// no stores yet.</summary>
    public int KeptSectors { get; init; }

    /// <summary>The longest request.</summary>
    public int MaxSectors { get; init; } = 14;

    /// <summary>How many requests go to snapshots, 0 to 1.</summary>
    public double SnapshotShare { get; init; } = 0.35;

    /// <summary>Whether the COW devices hold what another store left there.</summary>
    public bool IsUsed { get; init; }

    /// <summary>Whether the devices are suspended and resumed while they are used.</summary>
    public bool Suspends { get; init; }

    /// <summary>Whether a torn write has left entries behind those that count, one sector further on.</summary>
    public bool IsTorn { get; init; }

    /// <summary>What becomes of the first snapshot.</summary>
    public SnapshotTurn Turn { get; init; }

    /// <summary>Memory for copies.</summary>
    public ByteCount PageBudget { get; init; } = 64.KiB;

    /// <summary>The snapshots.</summary>
    internal ImmutableArray<StoreCase> Stores { get; init; } = [new(4)];

    /// <summary>Whether snapshots may get lost.</summary>
    internal bool MayLose => Stores.Any(static store => store.MayBeLost);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
