namespace Kcopyd.Core.Mirrors;

/// <summary>What stood where a log was expected. Its text ends a sentence: "the log device holds …".</summary>
public abstract record DirtyLogFinding
{
    private DirtyLogFinding()
    {
    }

    /// <summary>A log that can be read.</summary>
    /// <param name="Header">Its head; its number of regions need not be that of the table.</param>
    public sealed record Good(DirtyLogHeader Header) : DirtyLogFinding
    {
        /// <inheritdoc/>
        public override string ToString() => $"a dirty log of {Header.RegionCount} regions";
    }

    /// <summary>No log: a device that was never one, or something else that is kept there.</summary>
    /// <param name="Magic">The first four bytes as a little-endian number; 0 on an empty device.</param>
    public sealed record Absent(uint Magic) : DirtyLogFinding
    {
        /// <inheritdoc/>
        public override string ToString() =>
            $"no dirty log: its magic is 0x{Magic:x8}, that of a log is 0x{DirtyLogHeader.Magic:x8}";
    }

    /// <summary>A log of a version that cannot be read.</summary>
    /// <param name="Version">The version that it has.</param>
    public sealed record UnknownVersion(uint Version) : DirtyLogFinding
    {
        /// <inheritdoc/>
        public override string ToString() =>
            $"a dirty log of version {Version}; versions 1 and {DirtyLogHeader.CurrentVersion} can be read";
    }

    /// <summary>Nothing that could be read whole.</summary>
    public sealed record Unreadable : DirtyLogFinding
    {
        /// <inheritdoc/>
        public override string ToString() => "a dirty log that could not be read";
    }
}
