using Kcopyd.Core.Snapshots;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>One snapshot of an origin that is to survive crashes.</summary>
/// <param name="ChunkSectors">The size of its chunks.</param>
internal sealed record StoreCase(int ChunkSectors)
{
    /// <summary>The chunks of its COW device; 0: as many as it can ever need.</summary>
    public int Chunks { get; init; }

    /// <summary>What its table says.</summary>
    public SnapshotStoreKind Kind { get; init; }

    /// <summary>Who pays when it is full.</summary>
    public SnapshotFailurePolicy OnFailure { get; init; }

    /// <summary>The most exceptions under way.</summary>
    public int MaxPending { get; init; } = SnapshotPolicy.DefaultMaxPending;

    /// <summary>Whether it is made while the origin is used.</summary>
    public bool IsLate { get; init; }

    /// <summary>Whether its table has <c>discard_zeroes_cow</c>.</summary>
    public bool Discards { get; init; }

    /// <summary>Whether it may get lost because its store is full.</summary>
    public bool MayBeLost => Chunks > 0 && OnFailure == SnapshotFailurePolicy.InvalidateSnapshot;

    /// <summary>Whether changes of the origin may fail because its store is full.</summary>
    public bool FailsWrites => Chunks > 0 && OnFailure == SnapshotFailurePolicy.FailWrite;
}
