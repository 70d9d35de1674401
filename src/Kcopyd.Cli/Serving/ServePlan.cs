using System.Collections.Immutable;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Core.Snapshots;
using Kcopyd.Core.Tables;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Serving;

/// <summary>What is to run, in an order in which each finds what it is made of. Pure.</summary>
internal sealed class ServePlan
{
    private readonly Dictionary<string, ServedSpec> _byName = new(StringComparer.Ordinal);
    private readonly List<ServedSpec> _ordered = [];
    private readonly HashSet<string> _readOnly;
    private readonly Func<string, string> _resolve;

    private ServePlan(IEnumerable<string> readOnly, Func<string, string> resolve) =>
        (_readOnly, _resolve) = (new HashSet<string>(readOnly, StringComparer.Ordinal), resolve);

    /// <summary>What is to run, what it is made of first.</summary>
    internal ImmutableArray<ServedSpec> Specs => [.. _ordered];

    /// <summary>The names of devices that others are made of: clients would write behind the backs of those.</summary>
    internal IReadOnlySet<string> Parts => _ordered
        .SelectMany(static spec => spec.Uses)
        .Select(static use => use.Name)
        .OfType<string>()
        .Where(_byName.ContainsKey)
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Makes one.</summary>
    /// <param name="tables">The devices that have tables.</param>
    /// <param name="files">Devices that are served as they are, by name.</param>
    /// <param name="readOnly">The names of those that nobody writes.</param>
    /// <param name="resolve">The one path or URI of the device that a word of a table means.</param>
    /// <exception cref="RefusedException">Names contradict each other.</exception>
    internal static ServePlan Create(
        IReadOnlyList<DeviceTable> tables,
        IReadOnlyList<(string Name, string Device)> files,
        IReadOnlyCollection<string> readOnly,
        Func<string, string> resolve)
    {
        var plan = new ServePlan(readOnly, resolve);
        foreach (var spec in plan.SpecsOf(tables, files))
        {
            plan.Add(spec);
        }

        if (readOnly.FirstOrDefault(name => !plan._byName.ContainsKey(name)) is { } unknown)
        {
            throw new RefusedException($"there is no device '{unknown}' that could be read-only");
        }

        plan.RefuseUntoldSnapshots();
        plan.Order();
        return plan;
    }

    /// <summary>Whether clients may write it.</summary>
    internal bool IsReadOnly(string name) => _readOnly.Contains(name);

    private IEnumerable<ServedSpec> SpecsOf(
        IReadOnlyList<DeviceTable> tables, IReadOnlyList<(string Name, string Device)> files)
    {
        foreach (var (name, device) in files)
        {
            var access = AccessOf(name);
            yield return new ServedSpec.Whole(name, device, access == BlockDeviceAccess.Read)
            {
                Uses = [Use(name, device, null, access)],
            };
        }

        foreach (var table in tables)
        {
            switch (table)
            {
                case DeviceTable.Linear linear:
                    yield return Of(linear);
                    break;
                case DeviceTable.Mirror mirror:
                    yield return Of(mirror);
                    break;
            }
        }

        var snapshots = tables.OfType<DeviceTable.Snapshot>();
        foreach (var group in snapshots.GroupBy(table => _resolve(table.Table.Origin), StringComparer.Ordinal))
        {
            yield return Of(group.Key, [.. group]);
        }
    }

    private ServedSpec.Linear Of(DeviceTable.Linear table) =>
        new(table, AccessOf(table.Name) == BlockDeviceAccess.Read)
        {
            Uses =
            [
                .. table.Parts.Select(part => Use(table.Name, part.Device, part.Range, AccessOf(table.Name))),
            ],
        };

    private ServedSpec.Mirror Of(DeviceTable.Mirror mirror)
    {
        var table = mirror.Table;
        var legs = table.Legs.Select(leg => Use(
            $"a leg of {mirror.Name}",
            leg.Device,
            SectorRange.Create(leg.Offset, table.Length),
            BlockDeviceAccess.ReadWrite));
        IEnumerable<DeviceUse> log = table.Log.Device is { } device
            ? [Use($"the log of {mirror.Name}", device, LogRange(table), BlockDeviceAccess.ReadWrite)]
            : [];
        return new ServedSpec.Mirror(mirror) { Uses = [.. legs, .. log] };
    }

    private static SectorRange LogRange(MirrorTable table) =>
        SectorRange.Create(0, Sectors.FromBytes(Actors.Mirrors.DirtyLogDevice.SizeOf(table, Sectors.Size)));

    private ServedSpec.Origin Of(string device, ImmutableArray<DeviceTable.Snapshot> members)
    {
        if (members.Count(static member => member.Table.Target == SnapshotTarget.Origin) > 1)
        {
            var second = members.Where(static member => member.Table.Target == SnapshotTarget.Origin).ElementAt(1);
            throw new RefusedException($"{second.Name} is a second snapshot-origin of {device}: there is one at most");
        }

        var spec = new ServedSpec.Origin(device, members);
        var cows = spec.Snapshots.Select(member => Use(
            $"the COW device of {member.Name}", member.Table.Cow!, null, BlockDeviceAccess.ReadWrite));
        return spec with
        {
            Uses =
            [
                Use(
                    $"the origin of {members[0].Name}",
                    members[0].Table.Origin,
                    SectorRange.Create(0, spec.Length),
                    BlockDeviceAccess.ReadWrite),
                .. cows,
            ],
        };
    }

    private DeviceUse Use(string user, string word, SectorRange? range, BlockDeviceAccess access) =>
        new(user, word, _resolve(word), range, access);

    private BlockDeviceAccess AccessOf(string name) =>
        IsReadOnly(name) ? BlockDeviceAccess.Read : BlockDeviceAccess.ReadWrite;

    private void Add(ServedSpec spec)
    {
        foreach (var name in spec.Names)
        {
            if (!_byName.TryAdd(name, spec))
            {
                throw new RefusedException($"there are two devices '{name}'");
            }
        }
    }

    /// <summary>A snapshot of what a snapshot-origin shows needs an origin of its own above that, or nobody tells it of
    /// writes. Who names one mostly means the device underneath.</summary>
    private void RefuseUntoldSnapshots()
    {
        foreach (var spec in _byName.Values.OfType<ServedSpec.Origin>().Where(static origin => origin.Self is null))
        {
            var name = spec.Uses[0].Name;
            if (name is not null
                && _byName.GetValueOrDefault(name) is ServedSpec.Origin below
                && below.Self?.Name == name)
            {
                throw new RefusedException(
                    $"{spec.Members[0].Name} is a snapshot of {name}, which is a snapshot-origin: "
                    + $"its line names {below.Device} instead");
            }
        }
    }

    private void Order()
    {
        var entered = new HashSet<ServedSpec>(ReferenceEqualityComparer.Instance);
        foreach (var spec in _byName.Values)
        {
            Enter(spec, entered);
        }

        Agree();
    }

    /// <remarks>As deep as devices are stacked.</remarks>
    private void Enter(ServedSpec spec, HashSet<ServedSpec> entered)
    {
        if (!entered.Add(spec))
        {
            return;
        }

        foreach (var part in PartsOf(spec))
        {
            if (entered.Contains(part) && !_ordered.Contains(part, ReferenceEqualityComparer.Instance))
            {
                throw new RefusedException($"{spec.Names.First()} is made of itself");
            }

            Enter(part, entered);
        }

        _ordered.Add(spec);
    }

    private IEnumerable<ServedSpec> PartsOf(ServedSpec spec) => spec.Uses
        .Select(use => use.Name is { } name ? _byName.GetValueOrDefault(name) : null)
        .OfType<ServedSpec>();

    /// <summary>A device is opened once, whoever uses it: for writing if one does.</summary>
    private void Agree()
    {
        var written = _ordered
            .SelectMany(static spec => spec.Uses)
            .Where(static use => use.Access == BlockDeviceAccess.ReadWrite)
            .Select(static use => use.Device)
            .ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < _ordered.Count; i++)
        {
            var uses = _ordered[i].Uses.Select(use =>
                written.Contains(use.Device) ? use with { Access = BlockDeviceAccess.ReadWrite } : use);
            _ordered[i] = _ordered[i] with { Uses = [.. uses] };
        }
    }
}
