using System.Collections.Immutable;

namespace Kcopyd.Core.Copying;

/// <summary>What becomes of a job, and what is to be done.</summary>
/// <param name="State">The state from now on.</param>
/// <param name="Effects">What is to be done, in this order.</param>
public readonly record struct CopyJobTransition(CopyJobState State, ImmutableArray<CopyJobEffect> Effects);
