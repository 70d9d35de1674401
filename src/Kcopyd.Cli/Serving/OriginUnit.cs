using Kcopyd.Actors.Snapshots;
using Kcopyd.Cli.Reporting;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Core.Tables;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Serving;

/// <summary>An origin with its snapshots, which come and go while it runs.</summary>
/// <remarks>It does not begin without one of them: what was written to the origin meanwhile, that one would
/// miss.</remarks>
internal sealed class OriginUnit(ServedSpec.Origin spec, DevicePool pool, ServeEngine engine) : ServedUnit(spec, pool)
{
    private static readonly TimeSpan MergeStatusLimit = TimeSpan.FromSeconds(5);

    private readonly List<ServedSnapshot> _snapshots = [];
    private IBlockDevice? _cut;
    private OriginDevice? _origin;

    internal override IReadOnlyList<ServedDevice> Devices
    {
        get
        {
            if (_origin is not { } origin)
            {
                return [];
            }

            var snapshots = _snapshots.Select(static snapshot => snapshot.ToDevice());
            return Origin.Self is { } self
                ? [new ServedDevice(self.Name, origin, _ => Task.FromResult(Report(self))), .. snapshots]
                : [.. snapshots];
        }
    }

    private ServedSpec.Origin Origin => (ServedSpec.Origin)Spec;

    internal override async Task StartAsync(CancellationToken cancellationToken)
    {
        var system = await engine.System.ConfigureAwait(false);
        var device = await TakeOriginAsync(cancellationToken).ConfigureAwait(false);
        var cows = new List<IBlockDevice>();
        foreach (var use in Origin.Uses.Skip(1))
        {
            cows.Add(await TakeAsync(use, cancellationToken).ConfigureAwait(false));
        }

        _origin = OriginDevice.Create(
            system,
            device,
            options: new OriginOptions
            {
                Name = Origin.Self?.Name ?? Origin.Device,

                // A snapshot is merged only where the blocks of its COW device are no larger.
                LogicalBlockSize = cows.Select(static cow => cow.Geometry.LogicalBlockSize)
                    .Append(Sectors.Size)
                    .Max(),
            });

        // None begins while another is merged.
        foreach (var (table, use) in Origin.Snapshots.Zip(Origin.Uses.Skip(1))
            .OrderBy(static pair => pair.First.Table.Target == SnapshotTarget.Merge))
        {
            await AddAsync(table, use, cancellationToken).ConfigureAwait(false);
        }
    }

    internal override IEnumerable<string> LostBy(ServedSpec spec)
    {
        var next = (ServedSpec.Origin)spec;
        var kept = next.Snapshots.Zip(next.Uses.Skip(1), static (table, use) => (table, use.Device)).ToHashSet();
        var lost = _snapshots
            .Where(snapshot => !kept.Contains((snapshot.Table, snapshot.Use.Device)))
            .Select(static snapshot => snapshot.Table.Name);
        return Origin.Self is { } self && self.Name != next.Self?.Name ? lost.Append(self.Name) : lost;
    }

    internal override async Task<IReadOnlyList<ServeFailure>> ChangeAsync(
        ServedSpec spec, CancellationToken cancellationToken)
    {
        Spec = spec;
        var problems = new List<ServeFailure>();
        var wanted = Origin.Snapshots.Zip(Origin.Uses.Skip(1)).ToList();
        foreach (var snapshot in _snapshots.ToArray())
        {
            var (table, use) = wanted.Find(pair => pair.Second.Device == snapshot.Use.Device);
            if (table is null)
            {
                await RemoveAsync(snapshot).ConfigureAwait(false);
            }
            else
            {
                await TryAsync(table.Name, () => FollowAsync(snapshot, table, use), problems).ConfigureAwait(false);
            }
        }

        foreach (var (table, use) in wanted
            .Where(pair => !_snapshots.Exists(one => one.Use.Device == pair.Second.Device))
            .OrderBy(static pair => pair.First.Table.Target == SnapshotTarget.Merge))
        {
            await TryAsync(
                table.Name,
                async () =>
                {
                    await TakeAsync(use, cancellationToken).ConfigureAwait(false);
                    await AddOrReturnAsync(table, use, cancellationToken).ConfigureAwait(false);
                },
                problems).ConfigureAwait(false);
        }

        return problems;
    }

    private protected override async ValueTask CloseAsync()
    {
        foreach (var snapshot in _snapshots)
        {
            await TellOfMergeAsync(snapshot).ConfigureAwait(false);
            await snapshot.Device.DisposeAsync().ConfigureAwait(false);
        }

        _snapshots.Clear();
        if (_origin is { } origin)
        {
            await origin.DisposeAsync().ConfigureAwait(false);
        }

        if (_cut is { } cut)
        {
            await cut.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A merge that is cut off leaves an origin that nobody should use alone.</summary>
    private async ValueTask TellOfMergeAsync(ServedSnapshot snapshot)
    {
        if (snapshot.Table.Table.Target != SnapshotTarget.Merge)
        {
            return;
        }

        try
        {
            using var limit = new CancellationTokenSource(MergeStatusLimit);
            var status = await snapshot.Device.GetStatusAsync(limit.Token).ConfigureAwait(false);
            if (status is { IsMerged: false, IsInvalid: false, MergeFailed: false })
            {
                engine.Say(
                    $"{snapshot.Table.Name}: the merge goes on at the next start; until then "
                    + $"{snapshot.Table.Table.Origin} is neither what it was nor what the snapshot is");
            }
        }
#pragma warning disable CA1031 // closing goes on, whatever cannot be told
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private static ServedDeviceReport Report(DeviceTable.Snapshot self) =>
        new(self.Name, [$"{self.Table}"], [SnapshotStatus.OriginLine(self.Table.Start, self.Table.Length)]);

    /// <summary>The device, as long as the tables have it.</summary>
    private async Task<IBlockDevice> TakeOriginAsync(CancellationToken cancellationToken)
    {
        var device = await TakeAsync(Origin.Uses[0], cancellationToken).ConfigureAwait(false);
        var sectors = device.Geometry.LengthBytes / Sectors.Size;
        if (Origin.Length > sectors)
        {
            throw new RefusedException(
                $"{Origin.Uses[0].User}, {Origin.Uses[0].Word}, has {sectors} sectors, but the table needs "
                + $"{Origin.Length}");
        }

        if (Origin.Length == sectors)
        {
            return device;
        }

        var region = new IoRegion(device, SectorRange.Create(0, Origin.Length));
        return _cut = LinearBlockDevice.Create(Origin.Device, [region], ownsDevices: false);
    }

    private async Task AddOrReturnAsync(
        DeviceTable.Snapshot table, DeviceUse use, CancellationToken cancellationToken)
    {
        try
        {
            await AddAsync(table, use, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await ReturnAsync(use).ConfigureAwait(false);
            throw;
        }
    }

    private async Task AddAsync(DeviceTable.Snapshot table, DeviceUse use, CancellationToken cancellationToken)
    {
        var snapshot = await _origin!.AddSnapshotAsync(
            table.Table, Taken(use), options: OptionsOf(table.Name), cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        _snapshots.Add(new ServedSnapshot(table, use, snapshot));
    }

    private async Task RemoveAsync(ServedSnapshot snapshot)
    {
        engine.Leaving(snapshot.Device);
        _snapshots.Remove(snapshot);
        await snapshot.Device.DisposeAsync().ConfigureAwait(false);
        await ReturnAsync(snapshot.Use).ConfigureAwait(false);
    }

    /// <summary>The same store under another name, or with another table: it is handed over.</summary>
    private async Task FollowAsync(ServedSnapshot snapshot, DeviceTable.Snapshot table, DeviceUse use)
    {
        var at = _snapshots.IndexOf(snapshot);
        if (snapshot.Table.Table == table.Table)
        {
            _snapshots[at] = snapshot with { Table = table };
            return;
        }

        var successor = await _origin!.LoadSuccessorAsync(snapshot.Device, table.Table, OptionsOf(table.Name))
            .ConfigureAwait(false);
        engine.Leaving(snapshot.Device);
        await snapshot.Device.SuspendAsync().ConfigureAwait(false);
        try
        {
            await successor.ResumeAsync().ConfigureAwait(false);
        }
        catch
        {
            await successor.DisposeAsync().ConfigureAwait(false);
            await snapshot.Device.ResumeAsync().ConfigureAwait(false);
            throw;
        }

        _snapshots[at] = new ServedSnapshot(table, use, successor);
        await snapshot.Device.DisposeAsync().ConfigureAwait(false);
    }

    private SnapshotOptions OptionsOf(string name) => new()
    {
        Name = name,
        OnNotice = notice => engine.Say($"{name}: {SnapshotNoticeText.Of(notice)}"),
    };

    private static async Task TryAsync(string name, Func<Task> step, List<ServeFailure> problems)
    {
        try
        {
            await step().ConfigureAwait(false);
        }
        catch (Exception refusal) when (ServeFailures.IsOne(refusal))
        {
            problems.Add(new ServeFailure([name], ServeFailures.Sentence(refusal)));
        }
    }
}
