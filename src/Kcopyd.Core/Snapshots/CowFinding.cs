namespace Kcopyd.Core.Snapshots;

/// <summary>What stood where a COW store was expected. Its text ends a sentence: "the COW device holds …".</summary>
public abstract record CowFinding
{
    private CowFinding()
    {
    }

    /// <summary>Nothing: its first four bytes are zeros, so that a store is made there.</summary>
    public sealed record New : CowFinding
    {
        /// <inheritdoc/>
        public override string ToString() => "no COW store yet";
    }

    /// <summary>A store that can be read.</summary>
    /// <param name="Header">Its head; its chunk size need not be that of the table, and is the one that counts.</param>
    public sealed record Good(CowHeader Header) : CowFinding
    {
        /// <inheritdoc/>
        public override string ToString() => $"a COW store with chunks of {Header.ChunkSectors} sectors";
    }

    /// <summary>A store that was invalidated: it no longer holds its snapshot, and never will again.</summary>
    /// <param name="Header">Its head.</param>
    public sealed record Invalid(CowHeader Header) : CowFinding
    {
        /// <inheritdoc/>
        public override string ToString() =>
            $"an invalidated COW store with chunks of {Header.ChunkSectors} sectors";
    }

    /// <summary>Something else that is kept there.</summary>
    /// <param name="Magic">The first four bytes as a little-endian number; not 0.</param>
    public sealed record Foreign(uint Magic) : CowFinding
    {
        /// <inheritdoc/>
        public override string ToString() =>
            $"no COW store: its magic is 0x{Magic:x8}, that of a store is 0x{CowHeader.Magic:x8} "
            + "and that of an empty device is 0";
    }

    /// <summary>A store of a version that cannot be read.</summary>
    /// <param name="Version">The version that it has.</param>
    public sealed record OtherVersion(uint Version) : CowFinding
    {
        /// <inheritdoc/>
        public override string ToString() =>
            $"a COW store of version {Version}; version {CowHeader.CurrentVersion} can be read";
    }

    /// <summary>A store with a damaged head: no store has chunks of this size.</summary>
    /// <param name="Sectors">The size that it names.</param>
    public sealed record BadChunkSize(long Sectors) : CowFinding
    {
        /// <inheritdoc/>
        public override string ToString() =>
            $"a damaged COW store: its chunk size is {Sectors} sectors, "
            + $"but one is a power of two, less than {CowLayout.ChunkSectorsLimit}";
    }
}
