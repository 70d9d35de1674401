namespace Kcopyd.Core.Snapshots;

/// <summary>Where a part of a request goes.</summary>
/// <param name="Cow">The snapshot whose COW device it goes to; null: the origin.</param>
/// <param name="Range">The part, in sectors of the device that was asked.</param>
/// <param name="Start">Where it begins on the device that it goes to; unit: sectors.</param>
/// <param name="Action">What is done there.</param>
public readonly record struct ChunkPiece(SnapshotState? Cow, SectorRange Range, long Start, ChunkAction Action);
