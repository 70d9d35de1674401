namespace Kcopyd.Core.Snapshots;

/// <summary>Where a leaf of an exception tree is.</summary>
/// <param name="Branch">Its branch, counted in the root.</param>
/// <param name="Index">Its place in the branch.</param>
internal readonly record struct LeafPlace(int Branch, int Index);
