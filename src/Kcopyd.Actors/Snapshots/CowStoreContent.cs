using System.Collections.Immutable;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Actors.Snapshots;

/// <summary>What a COW device holds.</summary>
/// <param name="Table">The table with the chunk size that the store says.</param>
/// <param name="IsValid">Whether the store still holds its snapshot; if not, nothing is known of its exceptions.
/// </param>
/// <param name="Status">What dm-snapshot would say of it.</param>
/// <param name="ExceptionCount">Chunks of the origin that the store has.</param>
/// <param name="Areas">The areas that hold exceptions, in their order.</param>
public sealed record CowStoreContent(
    SnapshotTable Table,
    bool IsValid,
    SnapshotStatus Status,
    long ExceptionCount,
    ImmutableArray<CowArea> Areas);
