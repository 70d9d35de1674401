using System.Collections.Immutable;
using Kcopyd.Core.Snapshots;
using Kcopyd.Core.Tables;

namespace Kcopyd.Cli.Serving;

/// <summary>Something that is to run and gives devices: one, or an origin with all of its snapshots. Pure.</summary>
internal abstract record ServedSpec
{
    private ServedSpec()
    {
    }

    /// <summary>The devices that it needs.</summary>
    internal ImmutableArray<DeviceUse> Uses { get; init; }

    /// <summary>The names of the devices that it gives.</summary>
    internal abstract IEnumerable<string> Names { get; }

    /// <summary>What it is of: at most one of these runs.</summary>
    internal abstract string Key { get; }

    /// <summary>What cannot change while it runs.</summary>
    internal virtual string Identity =>
        string.Join('\n', [.. Lines, .. Uses.Select(static use => $"{use.Device} {use.Access}")]);

    private protected abstract IEnumerable<string> Lines { get; }

    /// <summary>All of a device, as it is.</summary>
    internal sealed record Whole(string Name, string Device, bool IsReadOnly) : ServedSpec
    {
        internal override IEnumerable<string> Names => [Name];

        internal override string Key => Name;

        private protected override IEnumerable<string> Lines => ["whole"];
    }

    /// <summary>Ranges of devices.</summary>
    internal sealed record Linear(DeviceTable.Linear Table, bool IsReadOnly) : ServedSpec
    {
        internal override IEnumerable<string> Names => [Table.Name];

        internal override string Key => Table.Name;

        private protected override IEnumerable<string> Lines => Table.Lines;
    }

    /// <summary>A mirror.</summary>
    internal sealed record Mirror(DeviceTable.Mirror Table) : ServedSpec
    {
        internal override IEnumerable<string> Names => [Table.Name];

        internal override string Key => Table.Name;

        private protected override IEnumerable<string> Lines => Table.Lines;
    }

    /// <summary>A device with its snapshots, which come and go while it runs.</summary>
    /// <param name="Device">The device underneath.</param>
    /// <param name="Members">The origin itself, if it is served, and its snapshots.</param>
    internal sealed record Origin(string Device, ImmutableArray<DeviceTable.Snapshot> Members) : ServedSpec
    {
        internal override IEnumerable<string> Names => Members.Select(static member => member.Name);

        internal override string Key => $"{DeviceUse.Names}{Device}";

        /// <summary>Its length, in sectors.</summary>
        internal long Length => Members.Max(static member => member.Length);

        internal override string Identity => $"{Device} {Length}";

        /// <summary>The line of the origin itself; null: it is not served.</summary>
        internal DeviceTable.Snapshot? Self =>
            Members.FirstOrDefault(static member => member.Table.Target == SnapshotTarget.Origin);

        /// <summary>Its snapshots, in order.</summary>
        internal IEnumerable<DeviceTable.Snapshot> Snapshots =>
            Members.Where(static member => member.Table.Target != SnapshotTarget.Origin);

        private protected override IEnumerable<string> Lines => [];
    }
}
