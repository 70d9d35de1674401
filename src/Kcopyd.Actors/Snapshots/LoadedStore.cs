using Kcopyd.Core.Snapshots;

namespace Kcopyd.Actors.Snapshots;

/// <summary>A store as it was found on its COW device, or made there.</summary>
/// <param name="Table">The table with the chunk size that counts: an existing head's before the table's.</param>
/// <param name="IsNew">Whether there was no store before.</param>
/// <param name="IsValid">Whether it still holds its snapshot; if not, it has no exceptions.</param>
/// <param name="Store">The store.</param>
/// <param name="Exceptions">What it holds.</param>
internal sealed record LoadedStore(
    SnapshotTable Table, bool IsNew, bool IsValid, ExceptionStore Store, ExceptionTable Exceptions);
