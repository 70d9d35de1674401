using Kcopyd.Core.Snapshots;

namespace Kcopyd.Actors.Snapshots;

/// <summary>How a COW device is to be taken for the store of a snapshot.</summary>
/// <param name="Table">What it should be; of a snapshot or a merge.</param>
/// <param name="OriginSectors">How much of the origin the snapshot covers.</param>
/// <param name="OriginBlockBytes">The logical block of the origin.</param>
/// <param name="Trust">Where a new store may be made.</param>
/// <param name="IsWritable">Whether one is made where there is none. If not, nothing is written at all.</param>
internal sealed record StoreOpening(
    SnapshotTable Table, long OriginSectors, int OriginBlockBytes, StoreTrust Trust, bool IsWritable);
