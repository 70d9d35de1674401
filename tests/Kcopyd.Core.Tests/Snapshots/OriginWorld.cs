using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>The devices around an origin's machine: does what its effects say, and lets things end and fail in any
/// order. After each call of the machine all that is shown is compared with what may be shown.</summary>
/// <remarks>No two requests of one device of which neither is over touch the same sector.</remarks>
internal sealed partial class OriginWorld
{
    private const int MaxSnapshots = 4;

    private readonly Random _random;
    private readonly double _faults;
    private readonly int _length;
    private readonly SectorBytes _bytes = new();
    private readonly SimulatedDisk _origin;
    private readonly List<SimulatedSnapshot> _snapshots = [];
    private readonly List<SimulatedChunkRequest> _open = [];
    private readonly List<SimulatedChunkRequest> _inFlight = [];
    private readonly List<SimulatedCopy> _fills = [];
    private readonly List<SimulatedRead> _reads = [];
    private readonly Queue<Action<OriginMachine>> _next = [];
    private OriginMachine _machine;
    private ViewOracle _view;
    private SimulatedCopy? _mergeCopy;
    private OriginEffect.ReadArea? _areaRead;
    private bool _isFlushingBarrier;
    private long _number = 1;
    private bool _hasFaults = true;

    public OriginWorld(int length, double faults, Random random)
    {
        (_length, _faults, _random) = (length, faults, random);
        _origin = new SimulatedDisk(length, random, static sector => SimulatedChunkRequest.ValuesPerNumber + sector);
        _view = new ViewOracle(length, _origin.Durable);
        _machine = new OriginMachine(length);
        Do(static machine => machine.Resume(null));
    }

    public OriginWorldCounts Counts { get; } = new();

    private SimulatedSnapshot? Merging => _snapshots.Find(snapshot => snapshot.IsMerge && !snapshot.IsLeaving);

    /// <summary>What lies over the origin.</summary>
    private SimulatedSnapshot? Overlay =>
        _snapshots.Find(static snapshot => snapshot is { IsMerge: true, IsLeaving: false, State.IsValid: true });

    public void Step(bool mayCut)
    {
        switch (_random.Next(mayCut ? 1000 : 995))
        {
            case < 280: SubmitChange(); break;
            case < 310: SubmitOther(); break;
            case < 370: BeginRead(); break;
            case < 430: GoOnReading(); break;
            case < 490: ApplySome(); break;
            case < 630: EndRequest(); break;
            case < 720: EndFill(); break;
            case < 860: GoOnCommitting(); break;
            case < 880: EndMark(); break;
            case < 900: EndBarrier(); break;
            case < 945: GoOnMerging(); break;
            case < 958: SuspendOrResume(); break;
            case < 968: Withdraw(); break;
            case < 978: Add(); break;
            case < 983: Remove(AnySnapshot()); break;
            case < 990: StartMerge(); break;
            case < 995: Grow(); break;
            default: CutPower(); break;
        }
    }

    private void Do(Action<OriginMachine> call)
    {
        _next.Enqueue(call);
        while (_next.TryDequeue(out var next))
        {
            next(_machine);
            foreach (var effect in _machine.Take())
            {
                Run(effect);
            }
        }

        Check();
    }

    private SimulatedSnapshot? AnySnapshot() =>
        _snapshots.Count == 0 ? null : _snapshots[_random.Next(_snapshots.Count)];

    private bool Fails() => _hasFaults && _random.NextDouble() < _faults;

    private SimulatedSnapshot Of(SnapshotState state) => _snapshots.Single(snapshot => snapshot.State == state);

    /// <summary>What a request changes: a merging snapshot is the origin.</summary>
    private ViewOracle ViewOf(SnapshotState? state) => state is null || Of(state) is { IsMerge: true } ? _view
        : Of(state).View!;

    /// <summary>All that is shown.</summary>
    private void Check()
    {
        if (Overlay is { } overlay)
        {
            Check(overlay, _view);
        }

        for (var sector = Overlay?.Length ?? 0; sector < _length; sector++)
        {
            _view.Sees(sector, _origin.Read(sector), "the origin");
        }

        foreach (var snapshot in _snapshots)
        {
            Assert.True(snapshot.State.PendingCount <= Math.Max(1, snapshot.Policy.MaxPending));
            if (snapshot.IsShowing)
            {
                Check(snapshot, snapshot.View!);
            }
        }
    }

    private void Check(SimulatedSnapshot snapshot, ViewOracle view)
    {
        foreach (var run in snapshot.Look())
        {
            var (start, end, cow) = snapshot.PlaceOf(run);
            for (var sector = start; sector < end; sector++)
            {
                view.Sees(sector, cow < 0 ? _origin.Read(sector) : snapshot.Disk.Read(cow + sector - start), snapshot);
            }
        }
    }

    /// <summary>Where sectors of the origin are.</summary>
    private IEnumerable<(int Sector, SimulatedDisk Disk, int At)> OriginPlaces(int first, int end)
    {
        var covered = 0;
        if (Overlay is { } overlay)
        {
            covered = overlay.Length;
            foreach (var place in Places(overlay, overlay.Look()).Where(place => place.Sector >= first))
            {
                if (place.Sector < end)
                {
                    yield return place;
                }
            }
        }

        for (var sector = Math.Max(first, covered); sector < end; sector++)
        {
            yield return (sector, _origin, sector);
        }
    }

    private IEnumerable<(int Sector, SimulatedDisk Disk, int At)> Places(
        SimulatedSnapshot snapshot, IEnumerable<ExceptionRun> runs) =>
        from run in runs
        from place in snapshot.SectorsOf(run)
        select place.Cow < 0 ? (place.Sector, _origin, place.Sector) : (place.Sector, snapshot.Disk, place.Cow);

    /// <summary>The cache of a disk lost something: what was not flushed may be there or not.</summary>
    private void Lose(SimulatedDisk disk, HashSet<int> lost)
    {
        foreach (var (sector, _, at) in OriginPlaces(0, _length).Where(place => place.Disk == disk))
        {
            if (lost.Contains(at))
            {
                _view[sector].Lost();
            }
        }

        foreach (var snapshot in _snapshots.Where(snapshot => snapshot.IsShowing && snapshot.Disk == disk))
        {
            foreach (var (sector, _, at) in Places(snapshot, snapshot.Look()).Where(place => place.Disk == disk))
            {
                if (lost.Contains(at))
                {
                    snapshot.View![sector].Lost();
                }
            }
        }
    }
}
