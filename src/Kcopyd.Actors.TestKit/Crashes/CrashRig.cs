using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>A simulated machine: an actor system, disks with volatile caches and a journal on one power supply, which
/// is cut where a test says, and everything that follows from a seed.</summary>
/// <remarks>
/// <para>
/// A run: <see cref="Reset"/>, one of the <c>Cut…</c> methods, start the actors, <see cref="Run(Task, int)"/>. If it
/// says that the power went, <see cref="Reopen"/>, start them again, and check. What an actor does between the cut
/// and its end changes nothing: devices and journal are dead.
/// </para>
/// <para>
/// The same seed and the same calls repeat a run. Exceptions out of the rig name both; wrap what the test itself
/// demands into <see cref="Check"/>, or put <see cref="Repeat"/> into the message.
/// </para>
/// <para>
/// Making a rig takes tens of milliseconds, a run microseconds a step: make one and reset it for each run. One thread
/// uses it.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// using var rig = CrashRig.Create();
/// var source = rig.AddDisk("source", 64.KiB, pattern: 1);
/// var target = rig.AddDisk("target", 64.KiB);
/// for (var flush = 1; ; flush++)                      // every flush boundary
/// {
///     rig.Reset(seed);
///     rig.CutAtFlush(flush, CutMoment.Unanswered);
///     if (rig.Run(Start(rig, source.Open(BlockDeviceAccess.Read), target.Open())))
///     {
///         break;                                      // there is no such flush any more
///     }
///
///     rig.Reopen();
///     rig.Run(Start(rig, source.Open(BlockDeviceAccess.Read), target.Open()));
///     rig.Check(() => Assert.Null(target.FirstDifference(source)));
/// }
/// </code>
/// </example>
public sealed class CrashRig : IDisposable
{
    /// <summary>Rounds of stopping actors that make new ones while they stop, before the rig gives up.</summary>
    private const int MaxStops = 8;

    private readonly List<CrashingDisk> _disks = [];
    private readonly List<string> _calls = [];
    private readonly List<TaskCompletionSource> _inTransit = [];
    private readonly SimulatedActorSystem _simulation;
    private long _lastStep = long.MaxValue;
    private bool _disposed;

    private CrashRig(SimulatedActorSystem simulation, PowerSupply power, CrashingJournalStore journal)
    {
        (_simulation, Power, Journal) = (simulation, power, journal);
        Opener = new CrashRigOpener(this);
    }

    /// <summary>What decides the order of everything, and what survives a cut.</summary>
    public int Seed => Power.Seed;

    /// <summary>The power of the machine.</summary>
    public PowerSupply Power { get; }

    /// <summary>Runs the actors, and keeps the virtual time, which a cut does not set back.</summary>
    public SimulationLoop Loop => _simulation.Loop;

    /// <summary>The actor system. It is the same after a cut, without any actor under <c>/user</c>.</summary>
    public ActorSystem System => _simulation.System;

    /// <summary>What its persistent actors write to.</summary>
    public CrashingJournalStore Journal { get; }

    /// <summary>Opens the disks by their URIs, <c>crashing:NAME</c>.</summary>
    public IBlockDeviceOpener Opener { get; }

    /// <summary>The disks, in the order in which they were added.</summary>
    public IReadOnlyList<CrashingDisk> Disks => _disks;

    /// <summary>What the disks did, since the last reset: writes, flushes, cuts.</summary>
    public DeviceLog Log { get; } = new();

    /// <summary>The most virtual time that a request of a disk takes on its way and its answer on the way back; the
    /// seed draws it. Default none.</summary>
    public TimeSpan MaxLatency { get; set; }

    /// <summary>How to repeat this run, as calls in the order in which they were made.</summary>
    public string Repeat => string.Join("; ", _calls);

    /// <summary>Makes a machine without disks.</summary>
    /// <param name="seed">What decides everything.</param>
    /// <param name="config">Settings that go before the rig's own; null for none.</param>
#pragma warning disable CA2000 // the rig disposes both
    public static CrashRig Create(int seed = 0, Config? config = null)
    {
        var power = new PowerSupply(seed);
        var journal = new CrashingJournalStore(power);
        var settings = config is null ? journal.Config : config.WithFallback(journal.Config);
        var rig = new CrashRig(SimulatedActorSystem.Create(seed, settings), power, journal);
        rig.NoteSeed();
        return rig;
    }
#pragma warning restore CA2000

    /// <summary>Adds a disk, for all runs.</summary>
    /// <param name="name">Its name; its URI is <c>crashing:NAME</c>.</param>
    /// <param name="length">Its size.</param>
    /// <param name="pattern">The seed of the <see cref="TestPatterns"/> that it holds; null for zeros.</param>
    /// <param name="logicalBlockSize">As <see cref="CrashingDisk"/> has it.</param>
    public CrashingDisk AddDisk(
        string name, ByteCount length, int? pattern = null, int logicalBlockSize = Sectors.Size)
    {
        if (_disks.Any(disk => disk.Name == name))
        {
            throw new ArgumentException($"The rig has a disk '{name}' already.", nameof(name));
        }

        var added = new CrashingDisk(name, length, Power, logicalBlockSize) { Transit = TransitAsync, Log = Log };
        if (pattern is { } seed)
        {
            added.Fill(seed);
        }

        _disks.Add(added);
        return added;
    }

    /// <summary>Begins another run: the actors stop, disks and journal are as they were made and filled.</summary>
    /// <exception cref="CrashRigException">The actors do not stop.</exception>
    public void Reset(int seed)
    {
        Power.Cut("the end of the run");
        StopActors();
        Loop.Reseed(seed);
        Power.Reseed(seed);
        Journal.Reset();
        _disks.ForEach(disk => disk.Reset());
        Log.Clear();
        _lastStep = long.MaxValue;
        NoteSeed();
    }

    /// <summary>The power goes after so many more steps of the loop; not before the next of them if 0.</summary>
    public void CutAfterSteps(long steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        _lastStep = Loop.Steps + steps;
        Note($"CutAfterSteps({steps})");
    }

    /// <summary>The power goes at a flush, counted from 1 from now on.</summary>
    /// <param name="number">Which one.</param>
    /// <param name="moment">When in its course.</param>
    /// <param name="disk">Only flushes of this disk count; null: all.</param>
    public void CutAtFlush(int number, CutMoment moment, string? disk = null) =>
        CutAt(PowerEvent.Flush, number, moment, disk);

    /// <summary>The power goes at a write, write zeroes or discard, counted from 1 from now on.</summary>
    /// <param name="number">Which one.</param>
    /// <param name="moment">When in its course.</param>
    /// <param name="disk">Only writes of this disk count; null: all.</param>
    public void CutAtWrite(int number, CutMoment moment, string? disk = null) =>
        CutAt(PowerEvent.Write, number, moment, disk);

    /// <summary>The power goes at an append to the journal, counted from 1 from now on.</summary>
    /// <param name="number">Which one.</param>
    /// <param name="moment">When in its course.</param>
    /// <param name="persistenceId">Only appends to this stream count; null: all.</param>
    public void CutAtAppend(int number, CutMoment moment, string? persistenceId = null) =>
        CutAt(PowerEvent.Append, number, moment, persistenceId);

    /// <summary>The power goes when a snapshot of an actor is saved, counted from 1 from now on.</summary>
    /// <param name="number">Which one.</param>
    /// <param name="moment">When in its course.</param>
    /// <param name="persistenceId">Only snapshots of this stream count; null: all.</param>
    public void CutAtSnapshot(int number, CutMoment moment, string? persistenceId = null) =>
        CutAt(PowerEvent.Snapshot, number, moment, persistenceId);

    /// <summary>The power goes now.</summary>
    public void Cut()
    {
        Note($"Cut() at step {Loop.Steps}");
        Power.Cut();
    }

    /// <summary>Runs until a task is completed, however it ended, or the power goes.</summary>
    /// <returns>True when the task is completed, false when the power went first.</returns>
    /// <exception cref="CrashRigException">Nothing is left that could run, or it took too many steps.</exception>
    public bool Run(Task task, int maxSteps = SimulationLoop.DefaultMaxSteps)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Run(() => task.IsCompleted, maxSteps);
    }

    /// <summary>Runs until a condition holds, which is asked before each step, or the power goes.</summary>
    /// <returns>True when it holds, false when the power went first.</returns>
    /// <exception cref="CrashRigException">Nothing is left that could run, or it took too many steps.</exception>
    public bool Run(Func<bool> until, int maxSteps = SimulationLoop.DefaultMaxSteps)
    {
        ArgumentNullException.ThrowIfNull(until);
        Check(() => Loop.Run(() => !HasPower() || until(), maxSteps));
        return Power.IsOn;
    }

    /// <summary>After a cut: what still runs comes to its end, and the power is back. Devices are to be opened again,
    /// actors to be started again.</summary>
    /// <exception cref="CrashRigException">The actors do not stop.</exception>
    public void Reopen()
    {
        Power.Cut("reopened without a cut");
        StopActors();
        Power.Restore();
        _lastStep = long.MaxValue;
        Note($"Reopen() after {Power.LastCut}");
    }

    /// <summary>Adds to <see cref="Repeat"/> what the test itself did or drew: a fault, say.</summary>
    public void Note(string call)
    {
        ArgumentNullException.ThrowIfNull(call);
        _calls.Add(call);
    }

    /// <summary>Runs what the test demands, and adds to what it throws how to repeat it.</summary>
    /// <exception cref="CrashRigException">It threw.</exception>
    public void Check(Action demand)
    {
        ArgumentNullException.ThrowIfNull(demand);
        try
        {
            demand();
        }
#pragma warning disable CA1031 // thrown again, with how to repeat it
        catch (Exception failure) when (failure is not CrashRigException)
#pragma warning restore CA1031
        {
            throw new CrashRigException($"{failure.Message}\n{this}", failure);
        }
    }

    /// <summary>Fails, naming the seed, unless a condition holds.</summary>
    /// <exception cref="CrashRigException">It does not.</exception>
    public void Demand(bool condition, string what)
    {
        if (!condition)
        {
            throw new CrashRigException($"{what}\n{this}");
        }
    }

    /// <summary>The seed, the last cut, where the run is, and how to repeat it.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Power}; step {Loop.Steps} at {Loop.Now}. To repeat: {Repeat}");

    /// <summary>Terminates the actor system.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Power.Cut("the end");
            _simulation.Dispose();
            Journal.Dispose();
        }
    }

    private void CutAt(PowerEvent @event, int number, CutMoment moment, string? subject)
    {
        Power.CutAt(@event, number, moment, subject);
        var name = subject is null ? string.Empty : $", \"{subject}\"";
        Note($"CutAt{@event}({number}, CutMoment.{moment}{name})");
    }

    private bool HasPower()
    {
        if (Loop.Steps >= _lastStep)
        {
            Power.Cut($"after step {_lastStep}");
        }

        return Power.IsOn;
    }

    private void StopActors() => Check(() =>
    {
        // No time passes for what is over, so what is under way arrives at once, to fail.
        _inTransit.ToList().ForEach(arrival => Loop.Post(() => Arrive(arrival)));
        for (var round = 0; round == 0 || Actors().Count > 0; round++)
        {
            Demand(round < MaxStops, $"Actors do not stop, or are made again: {string.Join(", ", Actors())}");
            Actors().ForEach(System.Stop);
            Loop.RunUntilIdle();
        }

        Loop.DropTimers();
    });

    /// <summary>The children of <c>/user</c>, in an order that does not depend on a hash table's.</summary>
    private List<IActorRef> Actors()
    {
        var guardian = (ActorRefWithCell)((ExtendedActorSystem)System).Guardian;
        return [.. guardian.Children.OrderBy(child => child.Path.Name, StringComparer.Ordinal)];
    }

    private void Arrive(TaskCompletionSource arrival)
    {
        _inTransit.Remove(arrival);
        arrival.TrySetResult();
    }

    private void NoteSeed()
    {
        _calls.Clear();
        Note($"Reset({Seed})");
    }

    private ValueTask TransitAsync(DeviceRequest request)
    {
        if (MaxLatency == TimeSpan.Zero || !Power.IsOn)
        {
            return new ValueTask(Loop.YieldAsync());
        }

        var arrival = new TaskCompletionSource();
        var latency = TimeSpan.FromTicks((long)(Loop.ChooseShare() * MaxLatency.Ticks));
        _inTransit.Add(arrival);
        Loop.AddTimer(latency, new SimulationTimer(() => Arrive(arrival), null, null));
        return new ValueTask(arrival.Task);
    }
}
