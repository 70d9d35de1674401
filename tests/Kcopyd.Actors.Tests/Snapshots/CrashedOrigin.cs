using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.Tests.Crashes;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>An origin and its snapshots on a machine whose power can be cut, and what must hold after each cut.
/// </summary>
internal sealed class CrashedOrigin : IDisposable
{
    private const int Programs = 3;

    private static readonly TimeSpan MaxLatency = TimeSpan.FromMilliseconds(2);

    private readonly SnapshotCase _case;
    private readonly CrashingDisk _disk;
    private readonly StampedContent _content;
    private readonly List<CrashedSnapshot> _snapshots = [];
    private readonly List<Task> _tasks = [];
    private SnapshotClients _clients;
    private SnapshotDisturber _disturber;
    private OriginDevice? _device;
    private long _steps;
    private long _stepsBefore;

    public CrashedOrigin(SnapshotCase @case)
    {
        _case = @case;
        Rig = CrashRig.Create();
        Rig.MaxLatency = MaxLatency;
        var stamps = new StampSequence();
        _content = new StampedContent(@case.OriginSectors, stamps);
        _disk = AddDisk("origin", SnapshotImages.Origin(@case));
        foreach (var (index, store) in @case.Stores.Index())
        {
            var disk = AddDisk($"cow-{index}", SnapshotImages.Cow(@case, store));
            _snapshots.Add(new CrashedSnapshot(@case, store, disk, stamps));
        }

        (_clients, _disturber) = (new SnapshotClients(this, @case), new SnapshotDisturber(this, @case));
        Reset(seed: 0);
    }

    public CrashRig Rig { get; }

    public IReadOnlyList<CrashedSnapshot> Snapshots => _snapshots;

    /// <summary>What the origin may hold.</summary>
    public StampedContent Content => _content;

    /// <summary>Through which it is used.</summary>
    public OriginDevice Device => _device!;

    /// <summary>Power cuts and kills while it was used, in all runs.</summary>
    public int Crashes { get; private set; }

    /// <summary>Requests that were answered well, in all runs.</summary>
    public long Answered { get; private set; }

    /// <summary>Sectors that were found to hold what was flushed, in all runs.</summary>
    public long FlushedSectors =>
        _content.FlushedSectors + _snapshots.Sum(static snapshot => snapshot.Content.FlushedSectors);

    /// <summary>Times that a snapshot was found lost, in all runs.</summary>
    public int Lost { get; private set; }

    /// <summary>What was done, in all runs.</summary>
    public string Tally => $"{Crashes} cuts and kills, {Answered} answers, {FlushedSectors} flushed sectors, "
        + $"{Lost} times a snapshot lost, {_steps} steps";

    /// <summary>Whether its programs have done what they have to.</summary>
    public bool IsDone => _tasks.Take(Programs).All(static program => program.IsCompleted);

    public void Dispose() => Rig.Dispose();

    /// <summary>The devices that can be used now, the origin first.</summary>
    public IReadOnlyList<UsedDevice> Used() =>
    [
        new(Device, _content, null),
        .. _snapshots.Where(static snapshot => snapshot.IsUsable).Select(
            snapshot => new UsedDevice(
                snapshot.Device!,
                snapshot is { IsMerging: true, IsTurning: false } ? _content : snapshot.Content,
                snapshot)),
    ];

    /// <summary>A new machine.</summary>
    /// <param name="seed">What decides the order of everything.</param>
    /// <param name="survival">What decides what survives cuts; null: the seed too.</param>
    public void Reset(int seed, int? survival = null)
    {
        Rig.Reset(seed);
        _stepsBefore = 0;
        if (survival is { } other)
        {
            Rig.Power.Reseed(other);
            Rig.Note($"Power.Reseed({other})");
        }

        var isMerging = _case.Turn == SnapshotTurn.Merged;
        _content.Reset(sector => isMerging ? SnapshotImages.OldStamp : SnapshotImages.StampOfOrigin(_case, sector));
        foreach (var (index, snapshot) in _snapshots.Index())
        {
            snapshot.Reset(isMerging && index == 0);
        }
    }

    /// <summary>How many steps it takes to use it to the end.</summary>
    public int CountSteps(int operations)
    {
        Reset(seed: 0);
        Rig.Demand(Use(seed: 0, operations), "it can be used to the end");
        return (int)_stepsBefore;
    }

    /// <summary>Starts everything and uses it, until all is done or the power goes; then the power goes.</summary>
    /// <param name="seed">What the programs do.</param>
    /// <param name="operations">How much each of them does.</param>
    /// <param name="killAt">The program ends at this step, and the disks keep what is in their caches; null: the power
    /// goes.</param>
    /// <returns>Whether all was done before.</returns>
    public bool Use(int seed, int operations, long? killAt = null)
    {
        Rig.Note($"Use({seed}, {operations}, {killAt})");
        (_clients, _disturber) = (new SnapshotClients(this, _case), new SnapshotDisturber(this, _case));
        var work = UseAsync(new Random(seed), operations);
        var last = killAt is { } steps ? Rig.Loop.Steps + steps : long.MaxValue;
        var isOver = Rig.Run(() => work.IsCompleted || Rig.Loop.Steps >= last) && work.IsCompleted;
        Rig.Check(() => Complain(work));
        Answered += _clients.Answered;
        Crashes += isOver ? 0 : 1;
        End(keepsCaches: killAt is not null && Rig.Power.IsOn);
        Rig.Check(() => Complain(work));
        Rig.Demand(_clients.InFlight == 0, "a program waits for an answer although the origin is gone");
        return isOver;
    }

    /// <summary>Starts everything, and demands that it is what it has to be, can be used, and is what it has to be
    /// then; a merge ends.</summary>
    public void Recover(int seed, int operations)
    {
        Rig.Note($"Recover({seed}, {operations})");
        (_clients, _disturber) = (new SnapshotClients(this, _case), new SnapshotDisturber(this, _case));
        var work = RecoverAsync(new Random(seed), operations);
        Rig.Demand(Rig.Run(work), "the power stays on");
        Rig.Check(() => work.GetAwaiter().GetResult());
        Answered += _clients.Answered;
        End(keepsCaches: false);
    }

    public bool IsPowerless(Exception failure) => !Rig.Power.IsOn && failure
        is DeviceException or SnapshotStoreException or ObjectDisposedException or InvalidOperationException;

    /// <summary>Loads a snapshot and runs it.</summary>
    public async Task LoadAsync(CrashedSnapshot snapshot)
    {
        snapshot.BeginLoading(_content);
        var device = await Device.AddSnapshotAsync(
            snapshot.Table, snapshot.Disk.Open(), isOwned: false, snapshot.Options).ConfigureAwait(false);
        if (!Rig.Power.IsOn)
        {
            return;
        }

        snapshot.Load(device, _content);
        var status = await device.GetStatusAsync().ConfigureAwait(false);
        if (Rig.Power.IsOn)
        {
            Rig.Demand(
                status.IsInvalid == snapshot.IsLost || snapshot.Store.MayBeLost,
                $"{snapshot}, which {(snapshot.IsLost ? "was lost" : "was valid")}, says '{status}'");
        }
    }

    private static CrashingDisk Filled(CrashingDisk disk, byte[] content)
    {
        disk.Fill(0, content);
        return disk;
    }

    private CrashingDisk AddDisk(string name, byte[] content) =>
        Filled(Rig.AddDisk(name, new ByteCount(content.Length)), content);

    /// <summary>Throws what a task failed with that is over. One that pauses when the power goes is never
    /// over.</summary>
    private void Complain(Task work)
    {
        foreach (var task in _tasks.Append(work).Where(static task => task.IsCompleted))
        {
            task.GetAwaiter().GetResult();
        }
    }

    private async Task UseAsync(Random random, int operations)
    {
        _tasks.Clear();
        try
        {
            await StartAsync().ConfigureAwait(false);
            Begin(random, operations);
            await Task.WhenAll(_tasks).ConfigureAwait(false);
            await FinishMergeAsync().ConfigureAwait(false);
            await CloseAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (IsPowerless(e))
        {
            // Without power nothing goes on.
        }
    }

    private async Task RecoverAsync(Random random, int operations)
    {
        await StartAsync().ConfigureAwait(false);
        await _clients.ReadAllAsync().ConfigureAwait(false);
        await Task.WhenAll(Enumerable.Range(0, Programs).Select(_ => _clients.RunAsync(random.Next(), operations)))
            .ConfigureAwait(false);
        await _clients.ReadAllAsync().ConfigureAwait(false);
        await FinishMergeAsync().ConfigureAwait(false);
        await _clients.FlushAllAsync().ConfigureAwait(false);
        await _clients.ReadAllAsync().ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    /// <summary>The origin, then its snapshots; one that is merged comes last, so that the others keep what it
    /// changes.</summary>
    private async Task StartAsync()
    {
        _device = OriginDevice.Create(Rig.System, _disk.Open(), isOwned: false, new OriginOptions
        {
            Name = "origin",
            PageBudget = _case.PageBudget,
        });
        foreach (var snapshot in _snapshots.Where(static snapshot => snapshot.IsWanted)
            .OrderBy(static snapshot => snapshot.IsMerging))
        {
            await LoadAsync(snapshot).ConfigureAwait(false);
        }
    }

    private void Begin(Random random, int operations)
    {
        _tasks.AddRange(Enumerable.Range(0, Programs).Select(_ => _clients.RunAsync(random.Next(), operations)));
        _tasks.AddRange(_disturber.Begin(random));
    }

    /// <summary>All of the merged snapshot is in the origin, and its store says so.</summary>
    private async Task FinishMergeAsync()
    {
        foreach (var snapshot in _snapshots.Where(static snapshot => snapshot is { IsMerging: true, Device: not null }))
        {
            var device = snapshot.Device!;
            await device.WaitUntilMergedAsync().ConfigureAwait(false);
            var status = await device.GetStatusAsync().ConfigureAwait(false);
            if (Rig.Power.IsOn)
            {
                Rig.Check(() => Assert.Equal(status.Metadata, status.Allocated));
                Rig.Check(() => Assert.Equal(2 * snapshot.Store.ChunkSectors, status.Metadata));
                Rig.Check(() => Assert.Empty(SnapshotImages.Exceptions(DiskImages.Read(snapshot.Disk, true))!));
            }
        }
    }

    /// <summary>Closing ends because all has ended, not because it took too long.</summary>
    private async Task CloseAsync()
    {
        var begun = Rig.Loop.Now;
        foreach (var replaced in _snapshots.Select(static snapshot => snapshot.Replaced).OfType<SnapshotDevice>())
        {
            await replaced.DisposeAsync().ConfigureAwait(false);
        }

        await Device.DisposeAsync().ConfigureAwait(false);
        Rig.Demand(Rig.Loop.Now - begun < new OriginOptions().DisposeTimeout, "something does not end");
    }

    /// <summary>The power goes, if it did not, and comes back.</summary>
    private void End(bool keepsCaches)
    {
        var kept = Rig.Disks.Where(_ => keepsCaches)
            .Select(static disk => (disk, DiskImages.Read(disk, isDurable: true), DiskImages.Read(disk, false)))
            .ToList();
        Rig.Reopen();
        foreach (var (disk, durable, seen) in kept)
        {
            Rig.Demand(Rig.Run(DiskImages.WriteAsync(disk, durable, seen)), "the power stays on");
        }

        Rig.Demand(_device is null || Rig.Run(_device.DisposeAsync().AsTask()), "the power stays on");
        foreach (var turning in _snapshots.Where(static snapshot => snapshot is { IsTurning: true, IsMerging: true }))
        {
            _content.Become(turning.Content);
        }

        foreach (var snapshot in _snapshots)
        {
            snapshot.End(_content, keepsCaches);
        }

        Forget(keepsCaches);
        _steps += Rig.Loop.Steps - _stepsBefore;
        _stepsBefore = Rig.Loop.Steps;
        Rig.Check(Settle);
    }

    private void Forget(bool keepsCaches)
    {
        _device = null;
        if (keepsCaches)
        {
            _content.Kill();
        }
        else
        {
            _content.Crash(keepsCaches: false);
        }
    }

    /// <summary>What the disks hold, past all that uses them, is something that may be there.</summary>
    private void Settle()
    {
        var underneath = DiskImages.Read(_disk, isDurable: false);
        var origin = underneath;
        foreach (var snapshot in _snapshots)
        {
            var shown = snapshot.Settle(underneath);
            origin = snapshot.IsMerging ? shown : origin;
            Lost += snapshot.IsLost ? 1 : 0;
        }

        _content.Settle(origin);
    }
}
