using System.Collections.Immutable;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.Tests.Crashes;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>A mirror on a machine whose power can be cut, and what must hold after each cut.</summary>
internal sealed class CrashedMirror : IDisposable
{
    private const int RegionSectors = 8;

    /// <summary>15 regions and a half.</summary>
    private const int LengthSectors = 124;

    private const int LegSpacing = 16;

    private const int Clients = 3;

    private static readonly ByteCount LogLength = 4.KiB;

    private static readonly TimeSpan MaxLatency = TimeSpan.FromMilliseconds(2);

    private readonly MirrorCase _case;
    private readonly Dictionary<string, CrashingDisk> _disks = [];
    private readonly StampedContent _content = new(LengthSectors, new StampSequence());
    private readonly List<Task> _programs = [];
    private readonly List<Task> _tasks = [];
    private MirrorTable _saved;
    private MirrorClients _clients;
    private MirrorDevice? _mirror;
    private RegionBits _clean;
    private bool _mayAllDiffer;
    private bool _wasReplaced;

    public CrashedMirror(MirrorCase @case)
    {
        _case = @case;
        Rig = CrashRig.Create();
        Rig.MaxLatency = MaxLatency;
        for (var i = 0; i < @case.Legs; i++)
        {
            AddLeg($"leg-{i}", i, @case.IsInSync || i == 0 ? null : i + 1);
        }

        AddLeg("spare", @case.Legs, pattern: 99);
        var log = Rig.AddDisk("log", LogLength);
        _disks.Add(log.Name, log);
        if (@case.IsInSync)
        {
            log.Fill(0, LogOfCleanRegions());
        }

        _saved = TableAtFirst();
        _clients = new MirrorClients(Rig, _content, @case);
        _clean = CleanInLog();
    }

    public CrashRig Rig { get; }

    /// <summary>Requests that were answered well, in all runs.</summary>
    public long Answered { get; private set; }

    /// <summary>Regions that were recovered after crashes, in all runs.</summary>
    public long Recovered { get; private set; }

    /// <summary>Sectors that were found to hold what was flushed, in all runs.</summary>
    public long FlushedSectors => _content.FlushedSectors;

    /// <summary>Power cuts and kills while the mirror was used, in all runs.</summary>
    public int Crashes { get; private set; }

    /// <summary>Times that a leg was replaced, and the table saved.</summary>
    public int Replacements { get; private set; }

    private MirrorOptions Options => new()
    {
        Name = "mirror",
        CleanDelay = MirrorOptions.MinDelay,
        RetryDelay = MirrorOptions.MinDelay,
        PageBudget = 64.KiB,
        RecoverySize = (_case.OneByOne ? 4 : 16).KiB,
        SaveTable = SaveAsync,
    };

    public void Dispose() => Rig.Dispose();

    /// <summary>A new machine.</summary>
    public void Reset(int seed)
    {
        Rig.Reset(seed);
        _content.Reset(static _ => 0);
        _saved = TableAtFirst();
        _wasReplaced = false;
        _clean = CleanInLog();
    }

    /// <summary>Starts the mirror and uses it, until all is done or the power goes; then the power goes.</summary>
    /// <param name="seed">What the programs do.</param>
    /// <param name="killAt">The program ends at this step, and the disks keep what is in their caches; null: the power
    /// goes.</param>
    /// <returns>Whether all was done before.</returns>
    public bool Use(int seed, long? killAt = null)
    {
        _clients = new MirrorClients(Rig, _content, _case);
        (_clean, _mayAllDiffer) = (CleanInLog(), false);
        var work = UseAsync(new Random(seed));
        var last = killAt is { } steps ? Rig.Loop.Steps + steps : long.MaxValue;
        var isOver = Rig.Run(() => work.IsCompleted || Rig.Loop.Steps >= last) && work.IsCompleted;
        Rig.Check(() => Complain(work));
        Answered += _clients.Answered;
        Crashes += isOver ? 0 : 1;
        End(keepsCaches: killAt is not null && Rig.Power.IsOn);
        Rig.Check(() => Complain(work));
        Rig.Demand(_clients.InFlight == 0, "a program waits for an answer although the mirror is gone");
        return isOver;
    }

    /// <summary>Starts the mirror, with all that failed being well again, and demands that it gets in sync by copying
    /// what it must and nothing else.</summary>
    public void Recover()
    {
        var dirty = LengthInRegions - CleanInLog().SetCount;
        var legs = Legs();
        var differing = Differing(legs).Distinct().Count();
        var work = RecoverAsync();
        Rig.Demand(Rig.Run(work), "the power stays on");
        Rig.Check(() =>
        {
            var counts = work.GetAwaiter().GetResult();
            Assert.Equal(counts.Regions, counts.InSync);
            Assert.Equal(dirty, counts.RecoveredRegions);
            Assert.InRange(differing, 0, dirty);
            Assert.Equal(LengthInRegions, CleanInLog(isDurable: false).SetCount);
            Recovered += dirty;
        });
        Rig.Reopen();
        Rig.Check(() => Settle(areEqual: true));
    }

    private bool IsPowerless(Exception failure) =>
        !Rig.Power.IsOn && failure is (DeviceException or MirrorLogException or ObjectDisposedException);

    private static int LengthInRegions => (LengthSectors + RegionSectors - 1) / RegionSectors;

    /// <summary>Throws what a task failed with that is over. One that pauses when the power goes is never
    /// over.</summary>
    private void Complain(Task work)
    {
        foreach (var task in _tasks.Append(work).Where(task => task.IsCompleted))
        {
            task.GetAwaiter().GetResult();
        }
    }

    private async Task UseAsync(Random random)
    {
        _programs.Clear();
        _tasks.Clear();
        try
        {
            _mirror = await StartAsync(_saved, random).ConfigureAwait(false);
            _programs.AddRange(Enumerable.Range(0, Clients).Select(_ => _clients.RunAsync(_mirror, random.Next())));
            _tasks.AddRange(_programs);
            _tasks.Add(ReplaceAsync(random));
            _tasks.Add(SuspendAsync(random));
            await Task.WhenAll(_tasks).ConfigureAwait(false);
            await _mirror.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (IsPowerless(e))
        {
            // Without power nothing goes on.
        }
    }

    private async Task<MirrorCounts> RecoverAsync()
    {
        _mirror = await StartAsync(_saved, null).ConfigureAwait(false);
        await _mirror.WaitUntilInSyncAsync().ConfigureAwait(false);
        var counts = await _mirror.GetCountsAsync().ConfigureAwait(false);
        await _mirror.DisposeAsync().ConfigureAwait(false);
        return counts;
    }

    private Task<MirrorDevice> StartAsync(MirrorTable table, Random? faults)
    {
        ImmutableArray<IBlockDevice> legs = [.. table.Legs.Select(leg => Faulty(leg.Device, faults))];
        var log = table.Log.Device is { } device ? _disks[device].Open() : null;
        return MirrorDevice.CreateAsync(
            Rig.System, table, new MirrorParts(legs, log, AreOwned: false), Options, CancellationToken.None);
    }

    private IBlockDevice Faulty(string name, Random? faults)
    {
        var device = _disks[name].Open();
        List<DeviceFault> list = [];
        if (faults is not null && _case.Unreadable is { } unreadable && name == $"leg-{unreadable}")
        {
            var range = SectorRange.Create(OffsetOf(unreadable) + faults.Next(LengthSectors), 1 + faults.Next(40));
            list.Add(DeviceFault.Within(DeviceOperation.Read, range) with { Times = 1 + faults.Next(4) });
        }

        if (faults is not null && name == $"leg-{_case.Unwritable}")
        {
            var fault = DeviceFault.At(DeviceOperation.Write, 1 + faults.Next(20));
            list.Add(fault with { Times = 1 + faults.Next(30), BytesBefore = faults.Next(4) * Sectors.Size });
        }

        return list.Count == 0 ? device : new FaultyBlockDevice(device, list);
    }

    /// <summary>Replaces a leg once in the life of the mirror.</summary>
    private async Task ReplaceAsync(Random random)
    {
        if (_case.Replaced is not { } replaced || _wasReplaced || _saved.Legs.Any(leg => leg.Device == "spare"))
        {
            return;
        }

        await Rig.Loop.DelayAsync(TimeSpan.FromMilliseconds(random.Next(80))).ConfigureAwait(false);
        var index = _saved.Legs.IndexOf(_saved.Legs.First(leg => leg.Device == $"leg-{replaced}"));
        if (!Rig.Power.IsOn || _mirror!.Table.Legs.Length <= index)
        {
            return;
        }

        _mayAllDiffer = true;
        try
        {
            await _mirror.ReplaceLegAsync(index, LegOf("spare", _case.Legs), _disks["spare"].Open(), isOwned: true)
                .ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // While not all is in sync only this leg holds some of it; without power there is no mirror.
            return;
        }
        catch (MirrorLogException) when (!Rig.Power.IsOn)
        {
            return;
        }

        if (Rig.Power.IsOn)
        {
            (_wasReplaced, Replacements) = (true, Replacements + 1);
            Rig.Demand(_saved.Legs.Any(leg => leg.Device == "spare"), "the table of a leg that was replaced is saved");
        }
    }

    private async Task SuspendAsync(Random random)
    {
        try
        {
            await SuspendAndResumeAsync(random).ConfigureAwait(false);
        }
        catch (Exception e) when (IsPowerless(e))
        {
            // Without power nothing goes on.
        }
    }

    private async Task SuspendAndResumeAsync(Random random)
    {
        // Until the programs are done: what is held since a leg failed is let go by nothing else.
        while (_case.Suspends && Rig.Power.IsOn && !_programs.TrueForAll(program => program.IsCompleted))
        {
            await Rig.Loop.DelayAsync(TimeSpan.FromMilliseconds(random.Next(60))).ConfigureAwait(false);
            await _mirror!.SuspendAsync(keepsHeld: random.Next(2) == 0).ConfigureAwait(false);
            await Rig.Loop.DelayAsync(TimeSpan.FromMilliseconds(random.Next(20))).ConfigureAwait(false);
            await _mirror.ResumeAsync(forgetsErrors: _case.Unwritable is not null).ConfigureAwait(false);
        }
    }

    private async Task SaveAsync(MirrorTable table)
    {
        var life = Rig.Power.Cuts;
        await Rig.Loop.DelayAsync(MaxLatency * Rig.Loop.Choose(4)).ConfigureAwait(false);
        if (Rig.Power.IsOn && Rig.Power.Cuts == life)
        {
            _saved = table;
        }
        else
        {
            throw new IOException("the power is gone");
        }
    }

    /// <summary>The power goes, if it did not, and comes back.</summary>
    private void End(bool keepsCaches)
    {
        var kept = _disks.Values.Where(_ => keepsCaches)
            .Select(disk => (disk, MirrorImages.Read(disk, isDurable: false))).ToList();
        Rig.Reopen();
        foreach (var (disk, bytes) in kept)
        {
            WriteBack(disk, bytes);
        }

        _content.Crash(keepsCaches);
        Rig.Check(() =>
        {
            AssertDirtyIsKnown();
            Settle(areEqual: false);
        });
    }

    private void WriteBack(CrashingDisk disk, byte[] bytes)
    {
        var written = Write();
        Rig.Demand(Rig.Run(written), "the power stays on");

        async Task Write()
        {
            var device = disk.Open();
            await device.WriteAsync(0, bytes, WriteDurability.Durable, default).ConfigureAwait(false);
            await device.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What differs is dirty in the log, and what is dirty was written to.</summary>
    private void AssertDirtyIsKnown()
    {
        var clean = CleanInLog();
        var legs = Legs();
        foreach (var region in Differing(legs))
        {
            Assert.False(clean[region], $"region {region} is clean in the log, and the legs differ there");
        }

        var touched = _clients.Touched.Select(sector => sector / RegionSectors).ToHashSet();
        for (var region = 0; region < LengthInRegions && !_mayAllDiffer && _case.Unreadable is null; region++)
        {
            Assert.True(
                clean[region] || !_clean[region] || touched.Contains(region),
                $"region {region} is dirty in the log, and nobody wrote to it");
        }
    }

    /// <summary>What a recovery would believe is something that may be there.</summary>
    private void Settle(bool areEqual)
    {
        var legs = Legs();
        Assert.True(
            !areEqual || legs.Skip(1).All(leg => leg.AsSpan().SequenceEqual(legs[0])), "the legs differ");
        _content.Settle(legs[0]);
    }

    /// <summary>What is durable on the legs of the saved table, the first one first.</summary>
    private List<byte[]> Legs() => [.. _saved.Legs.Select(leg => MirrorImages.OfLeg(_disks[leg.Device], _saved, leg))];

    private static IEnumerable<int> Differing(List<byte[]> legs) =>
        legs.Skip(1).SelectMany(leg => MirrorImages.DifferingRegions(RegionSectors, legs[0], leg));

    private RegionBits CleanInLog(bool isDurable = true) => MirrorImages.CleanInLog(
        _case.Log == MirrorLogKind.Core ? null : _disks["log"], _saved.Geometry, isDurable);

    private static byte[] LogOfCleanRegions()
    {
        var image = DirtyLogImage.Resume(null, LengthInRegions, MirrorSync.NoSync, Sectors.Size);
        return image.Bytes.ToArray();
    }

    private MirrorTable TableAtFirst()
    {
        var log = _case.Log == MirrorLogKind.Core
            ? MirrorLogSpec.Core(RegionSectors)
            : MirrorLogSpec.Disk("log", RegionSectors);
        return new MirrorTable(
            0,
            LengthSectors,
            log,
            [.. Enumerable.Range(0, _case.Legs).Select(leg => LegOf($"leg-{leg}", leg))],
            _case.Features);
    }

    private static MirrorLegSpec LegOf(string disk, int leg) => new(disk, OffsetOf(leg));

    private static int OffsetOf(int leg) => leg * LegSpacing;

    private void AddLeg(string name, int leg, int? pattern) =>
        _disks.Add(name, Rig.AddDisk(name, new ByteCount(Sectors.ToBytes(LengthSectors + OffsetOf(leg))), pattern));
}
