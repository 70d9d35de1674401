namespace Kcopyd.Actors.Snapshots;

/// <summary>A snapshot whose COW device is about to be loaded.</summary>
/// <param name="Name">The snapshot.</param>
/// <param name="Claim">The storage of the device.</param>
/// <param name="IsMerge">Whether it is to be merged: one at a time.</param>
/// <param name="BeginsNow">Whether it is resumed as soon as it is loaded.</param>
internal sealed record SnapshotTaking(string Name, StorageClaim Claim, bool IsMerge, bool BeginsNow);
