using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

/// <summary>Writes to the same sectors at once: two legs could end up with one each, and be called equal.</summary>
public sealed class MirrorMachineOverlapTests
{
    private readonly MirrorMachine _machine;

    public MirrorMachineOverlapTests()
    {
        var clean = new RegionBits(4);
        clean.SetAll();
        _machine = new MirrorMachine(MirrorGeometry.Create(64, 16), 2, new MirrorPolicy(), clean);
        _machine.Resume();
        _machine.Take();
    }

    [Fact]
    public void Write_to_sectors_that_are_being_written_waits_for_the_other()
    {
        var first = Issued(0, 4);
        var second = Submitted(3, 8);

        Assert.Empty(_machine.Take());
        End(first);

        Assert.Equal([second], Issues());
    }

    [Fact]
    public void Writes_to_other_sectors_of_a_region_go_at_once()
    {
        Issued(0, 4);
        var second = Submitted(4, 8);

        Assert.Equal([second], Issues());
    }

    [Fact]
    public void Writes_that_wait_go_one_after_the_other()
    {
        var first = Issued(0, 20);
        var second = Submitted(18, 20);
        var third = Submitted(10, 19);
        End(first);
        Assert.Equal([second], Issues());

        End(second);

        Assert.Equal([third], Issues());
    }

    [Fact]
    public void Write_that_waits_can_be_given_up()
    {
        var first = Issued(0, 4);
        var second = Submitted(0, 4);
        Assert.True(_machine.TryWithdraw(second));

        End(first);

        Assert.Empty(Issues());
    }

    [Fact]
    public void Suspension_waits_for_writes_that_wait_for_others()
    {
        var first = Issued(0, 4);
        var second = Submitted(0, 4);
        _machine.Suspend(keepsHeld: false);
        End(first);
        Assert.Equal([second], Issues());
        Assert.Equal(MirrorPhase.Suspending, _machine.Phase);

        End(second);
        _machine.LegsFlushed(LegMask.None);
        var commit = _machine.Take().OfType<MirrorEffect.Commit>().Single();
        _machine.Committed(commit.Changes.Number, succeeded: true);

        Assert.Equal(MirrorPhase.Suspended, _machine.Phase);
    }

    private SimulatedRequest Submitted(long start, long end)
    {
        var range = SectorRange.Between(start, end);
        var (first, last) = _machine.Geometry.RegionsOf(range);
        var request = new SimulatedRequest(RegionRequestKind.Write, new RegionRun(first, last), range);
        _machine.Submit(request);
        return request;
    }

    private SimulatedRequest Issued(long start, long end)
    {
        var request = Submitted(start, end);
        foreach (var commit in _machine.Take().OfType<MirrorEffect.Commit>())
        {
            _machine.Committed(commit.Changes.Number, succeeded: true);
        }

        Assert.Equal([request], Issues());
        return request;
    }

    private void End(SimulatedRequest request) =>
        _machine.Ended(request, [.. request.Pieces.Select(_ => LegMask.None)]);

    private List<RegionRequest> Issues() =>
        [.. _machine.Take().OfType<MirrorEffect.Issue>().Select(issue => issue.Request)];
}
