using System.Collections.Immutable;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Mirrors;

/// <summary>What the journal keeps of a mirror's log. The log is the last <see cref="Whole"/> with what came after it.
/// </summary>
internal abstract record RegionEvent
{
    private RegionEvent()
    {
    }

    /// <summary>All of the log; stands for everything before it. Also its snapshot.</summary>
    /// <param name="RegionSize">Sectors in a region.</param>
    /// <param name="Epoch">Who has the log: one more each time that it is loaded.</param>
    /// <param name="Clean">The clean regions; nobody changes them any more.</param>
    public sealed record Whole(long RegionSize, long Epoch, RegionBits Clean) : RegionEvent;

    /// <summary>A commit.</summary>
    /// <param name="Marked">No longer clean, also where they are among <paramref name="Cleaned"/>; ascending and
    /// apart.</param>
    /// <param name="Cleaned">Clean from now on; ascending and apart.</param>
    public sealed record Change(ImmutableArray<RegionRun> Marked, ImmutableArray<RegionRun> Cleaned) : RegionEvent
    {
        /// <summary>The event of a commit.</summary>
        public static Change Of(LogCommit commit) =>
            new(RegionRuns.Join(commit.Marked), RegionRuns.Join(commit.Cleaned));

        /// <summary>Makes the changes.</summary>
        public void ApplyTo(RegionBits clean) => new LogCommit(0, Marked, Cleaned).ApplyTo(clean);
    }
}
