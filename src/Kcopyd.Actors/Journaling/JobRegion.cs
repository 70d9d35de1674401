namespace Kcopyd.Actors.Journaling;

/// <summary>A region of a journaled job: a device by its URI, and where on it the job begins.</summary>
/// <param name="Uri">The device; a path is absolute, so that it means the same wherever the job is resumed.</param>
/// <param name="FirstSector">The first sector.</param>
public sealed record JobRegion(string Uri, long FirstSector = 0);
