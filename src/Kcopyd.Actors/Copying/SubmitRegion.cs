namespace Kcopyd.Actors.Copying;

/// <summary>A range of a device that is named by its URI.</summary>
/// <param name="Uri">The device, in the words of the client's opener.</param>
/// <param name="FirstSector">The first sector.</param>
/// <param name="SectorCount">How many; null: to the end of the source, or as many as the source has.</param>
public sealed record SubmitRegion(string Uri, long FirstSector = 0, long? SectorCount = null);
