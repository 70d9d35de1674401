using System.Collections.Immutable;
using Kcopyd.Core.Mirrors;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tables;

/// <summary>A device by its name and its table.</summary>
public abstract record DeviceTable
{
    private DeviceTable(string name) => Name = name;

    /// <summary>The name, as device-mapper has it: no white space, no slash.</summary>
    public string Name { get; }

    /// <summary>The length, in sectors.</summary>
    public abstract long Length { get; }

    /// <summary>Its lines, without the name.</summary>
    public abstract IEnumerable<string> Lines { get; }

    /// <summary>Ranges of devices, one behind the other.</summary>
    public sealed record Linear : DeviceTable
    {
        internal Linear(string name, ImmutableArray<LinearTable> parts)
            : base(name) => Parts = parts;

        /// <summary>In order; each begins where the one before ends.</summary>
        public ImmutableArray<LinearTable> Parts { get; }

        /// <inheritdoc/>
        public override long Length => Parts[^1].Start + Parts[^1].Length;

        /// <inheritdoc/>
        public override IEnumerable<string> Lines => Parts.Select(static part => part.ToString());

        /// <summary>Tables are equal when their parts are.</summary>
        public bool Equals(Linear? other) =>
            other is not null && Name == other.Name && Parts.AsSpan().SequenceEqual(other.Parts.AsSpan());

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Name, Parts[0], Parts.Length);
    }

    /// <summary>A mirror.</summary>
    public sealed record Mirror : DeviceTable
    {
        internal Mirror(string name, MirrorTable table)
            : base(name) => Table = table;

        /// <summary>What it is.</summary>
        public MirrorTable Table { get; }

        /// <inheritdoc/>
        public override long Length => Table.Length;

        /// <inheritdoc/>
        public override IEnumerable<string> Lines => [Table.ToTableLine()];
    }

    /// <summary>An origin, a snapshot, or a merge.</summary>
    public sealed record Snapshot : DeviceTable
    {
        internal Snapshot(string name, SnapshotTable table)
            : base(name) => Table = table;

        /// <summary>What it is.</summary>
        public SnapshotTable Table { get; }

        /// <inheritdoc/>
        public override long Length => Table.Length;

        /// <inheritdoc/>
        public override IEnumerable<string> Lines => [Table.ToString()];
    }
}
