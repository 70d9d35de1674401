namespace Kcopyd.Actors.Snapshots;

/// <summary>The write epochs of the devices that hold what was written to an origin or a snapshot.</summary>
/// <param name="Origin">That of the origin.</param>
/// <param name="Cow">That of the COW device; null: nothing was written there yet.</param>
internal readonly record struct DeviceEpochs(long Origin, long? Cow);
