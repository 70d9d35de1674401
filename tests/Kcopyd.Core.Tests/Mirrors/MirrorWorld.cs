using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

/// <summary>The devices around a mirror's machine: does what its effects say, and lets things end and fail in any
/// order.</summary>
/// <remarks>A slot is a sector; no two requests of which neither is over touch the same one.</remarks>
internal sealed partial class MirrorWorld
{
    private readonly Random _random;
    private readonly MirrorGeometry _geometry;
    private readonly MirrorPolicy _policy;
    private readonly MirrorOracle _oracle;
    private readonly SimulatedLog _log;
    private readonly List<SimulatedRequest> _open = [];
    private readonly List<SimulatedRequest> _inFlight = [];
    private readonly List<(RegionWork Work, SimulatedLeg[] Devices, Dictionary<long, int> Read)> _works = [];
    private readonly double _faults;
    private SimulatedLeg[] _legs;
    private SimulatedLeg[] _table;
    private MirrorMachine _machine;
    private RegionBits _mayDiffer;
    private int _version = 1;
    private bool _isFlushing;
    private SimulatedLeg[] _flushing = [];
    private bool _isCleaningAsked;
    private bool _isRetryAsked;
    private bool _isUnprotected;
    private bool _hasFailedSinceCut;

    public MirrorWorld(MirrorGeometry geometry, int legs, MirrorPolicy policy, double faults, Random random)
    {
        (_geometry, _policy, _faults, _random) = (geometry, policy, faults, random);
        var slots = (int)geometry.Length;
        _oracle = new MirrorOracle(slots);
        _log = new SimulatedLog((int)geometry.RegionCount, random);
        _legs = [.. Enumerable.Range(0, legs).Select(_ => new SimulatedLeg(slots, random))];
        _table = [.. _legs];
        var isClean = random.Next(2) == 0;
        for (var leg = 0; leg < legs; leg++)
        {
            _legs[leg].Fill(isClean || leg == 0 ? 1 : 0);
        }

        var clean = new RegionBits(geometry.RegionCount);
        if (isClean)
        {
            clean.SetAll();
        }

        _log.Rewrite(clean);
        _mayDiffer = Inverse(clean);
        _machine = new MirrorMachine(geometry, legs, policy, clean);
        Do(machine => machine.Resume());
    }

    public int Cuts { get; private set; }

    public int Recoveries { get; private set; }

    public void Step(bool mayCut = true)
    {
        switch (_random.Next(mayCut ? 100 : 99))
        {
            case < 22: Submit(); break;
            case < 27: Submit(RegionRequestKind.Flush); break;
            case < 34: ApplySome(); break;
            case < 56: EndRequest(); break;
            case < 66: EndCommit(); break;
            case < 71: EndLegFlush(); break;
            case < 78: EndWork(); break;
            case < 82: CleanDue(); break;
            case < 85: RetryDue(); break;
            case < 91: Read(); break;
            case < 93: SuspendOrResume(); break;
            case < 95: Withdraw(); break;
            case < 96: ReplaceLeg(); break;
            case < 97: StartCheck(); break;
            case < 99: SetPermits(_random.Next(_policy.Recoveries + 1)); break;
            default: CutPower(); break;
        }
    }

    private static RegionBits Inverse(RegionBits bits)
    {
        var inverse = new RegionBits(bits.Count);
        for (var region = bits.NextClear(0); region >= 0; region = bits.NextClear(region + 1))
        {
            inverse.Set(region);
        }

        return inverse;
    }

    private void Do(Action<MirrorMachine> call)
    {
        call(_machine);
        foreach (var effect in _machine.Take())
        {
            Run(effect);
        }

        if (_machine.IsReplacementLogged)
        {
            _table = [.. _legs];
        }

        Check();
    }

    private void Run(MirrorEffect effect)
    {
        switch (effect)
        {
            case MirrorEffect.Issue e:
                Issue((SimulatedRequest)e.Request);
                break;
            case MirrorEffect.Settle e:
                Assert.True(_open.Remove((SimulatedRequest)e.Request), "settled twice");
                Assert.DoesNotContain(e.Request, _inFlight);
                _oracle.Settled((SimulatedRequest)e.Request, e.Verdict == RequestVerdict.Done);
                break;
            case MirrorEffect.Commit e:
                _log.Begin(e.Changes);
                break;
            case MirrorEffect.FlushLegs:
                Assert.False(_isFlushing);
                (_isFlushing, _flushing) = (true, [.. _legs]);
                break;
            case MirrorEffect.Start e:
                Start(e.Work);
                break;
            case MirrorEffect.CleanLater:
                _isCleaningAsked = true;
                break;
            case MirrorEffect.RetryLater:
                _isRetryAsked = true;
                break;
            case MirrorEffect.Suspended:
                Assert.Empty(_inFlight);
                Assert.Empty(_works);
                Assert.False(_isFlushing);
                Assert.Null(_log.UnderWay);
                break;
        }
    }

    private void Issue(SimulatedRequest request)
    {
        request.Devices = [.. _legs];
        _inFlight.Add(request);
        if (request.Kind == RegionRequestKind.Flush)
        {
            _oracle.FlushIssued(request);
            return;
        }

        for (var region = request.Regions.First; region <= request.Regions.Last; region++)
        {
            var isMarked = _log.IsDurablyMarked((int)region);
            Assert.True(isMarked || (_machine.LogHasFailed && !_policy.HandleErrors), $"region {region} is not marked");
            _isUnprotected |= !isMarked;
            Assert.DoesNotContain(_works, work => work.Work.Regions.Contains(region));
        }

        Assert.Equal(request.Regions.First, request.Pieces[0].Run.First);
        Assert.Equal(request.Regions.Last, request.Pieces[^1].Run.Last);
        foreach (var piece in request.Pieces)
        {
            Assert.False(piece.Legs.IsEmpty);
            Assert.Equal(piece.Legs, GoodLegs(piece.Run));
        }
    }

    private void Start(RegionWork work)
    {
        Assert.DoesNotContain(
            _inFlight,
            request => request.Kind != RegionRequestKind.Flush
                && request.Regions.First <= work.Regions.Last
                && work.Regions.First <= request.Regions.Last);
        Assert.True(GoodLegs(work.Regions).Contains(work.Source), $"{work}: the source lacks it");
        Assert.False(work.Targets.Contains(work.Source));
        if (work.Kind == RegionWorkKind.Recover)
        {
            Recoveries++;
            Assert.True(work.Targets.And(GoodLegs(work.Regions)).IsEmpty, $"{work}: a target has it");
            for (var region = work.Regions.First; region <= work.Regions.Last && !_hasFailedSinceCut; region++)
            {
                Assert.True(_mayDiffer[region], $"{work}: region {region} was clean");
            }
        }

        _works.Add((work, [.. _legs], []));
    }

    private LegMask GoodLegs(RegionRun regions)
    {
        var good = LegMask.All(_legs.Length);
        for (var region = regions.First; region <= regions.Last; region++)
        {
            good = good.And(_machine.Contents.GoodLegs(region));
        }

        return good;
    }

    private void Check()
    {
        for (var region = 0; region < _geometry.RegionCount; region++)
        {
            var good = _machine.Contents.GoodLegs(region);
            Assert.False(good.IsEmpty);
            Assert.Equal(good == LegMask.All(_legs.Length), _machine.Contents.InSync[region]);
            var range = _geometry.RangeOf(region);
            for (var slot = (int)range.Start; slot < range.End; slot++)
            {
                CheckSlot(region, slot, good);
            }
        }
    }

    private void CheckSlot(int region, int slot, LegMask good)
    {
        if (_log.MayBeClean(region) && !_isUnprotected)
        {
            Assert.True(AreDurablyEqual(_table, slot), $"region {region} is clean in the log, slot {slot} differs");
        }

        if (_machine.AtRest[region])
        {
            Assert.True(AreDurablyEqual(_legs, slot), $"region {region} is at rest, slot {slot} differs");
            Assert.DoesNotContain(_inFlight, request => request.Touches(slot, slot));
        }

        if (!_inFlight.Exists(request => request.Touches(slot, slot)))
        {
            var first = _legs[good.Lowest].Read(slot);
            Assert.True(
                good.Legs().All(leg => _legs[leg].Read(slot) == first),
                $"region {region}: legs {good} are to hold the same in slot {slot}");
        }
    }

    private static bool AreDurablyEqual(SimulatedLeg[] legs, int slot) =>
        Array.TrueForAll(legs, leg => leg.Durable(slot) == legs[0].Durable(slot));
}
