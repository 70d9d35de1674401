using System.Collections.Immutable;

namespace Kcopyd.Core.Mirrors;

/// <summary>What must be written so that a log on disk is the one in memory again.</summary>
/// <param name="Blocks">The blocks that changed, ascending and apart; positions in the image.</param>
/// <param name="NeedsFlush">Whether a region became dirty (or the log was resumed): no data of it may be written
/// before the log device has been flushed. Clean marks alone may be lost, which costs a copy and no data.</param>
public sealed record DirtyLogChanges(ImmutableArray<SectorRange> Blocks, bool NeedsFlush)
{
    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => Blocks.IsEmpty;
}
