using System.Collections.Immutable;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Copying;

/// <summary>What a reader found.</summary>
/// <param name="Failure">Why not everything was read, or null.</param>
/// <param name="ReadBytes">How many bytes from the start of the segment are good.</param>
/// <param name="IsZero">Whether all of them are zero; looked at for a sparse job only.</param>
/// <param name="Zeroed">The unreadable ranges that were filled with zeros.</param>
internal sealed record ReadResult(
    CopyFailure? Failure, long ReadBytes, bool IsZero, ImmutableArray<CopyFailure> Zeroed);
