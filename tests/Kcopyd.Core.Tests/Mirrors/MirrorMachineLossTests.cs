using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

/// <summary>What is lost is told, and is called neither good nor in sync.</summary>
public sealed class MirrorMachineLossTests
{
    private static readonly RegionRun Region = new(0, 0);

    private readonly List<RegionWork> _started = [];

    [Fact]
    public void Read_that_fails_after_its_leg_was_replaced_blames_nobody()
    {
        var machine = Machine(isClean: true);

        var next = machine.ReadFailed(1, Region, SectorRange.Create(0, 4), LegMask.Of(1), isReplaced: true);

        Assert.Equal(0, next);
        Assert.True(machine.Legs.Failed.IsEmpty);
        Assert.Empty(machine.Take());
    }

    [Fact]
    public void Flush_that_loses_what_only_the_default_had_is_told_at_once_and_not_held()
    {
        var machine = Machine(isClean: false);
        var flush = Flush(machine);

        machine.Ended(flush, [LegMask.Of(0)]);

        Assert.Equal([new MirrorEffect.Settle(flush, RequestVerdict.Failed)], Settled(machine));
        Assert.Equal(0, machine.HeldCount);
    }

    [Fact]
    public void Loss_in_a_flush_that_nobody_asked_for_is_told_to_who_flushes_next_and_once()
    {
        var machine = Machine(isClean: false);
        machine.LegsFlushed(LegMask.Of(0));
        machine.Take();

        var (first, second) = (Flush(machine), Flush(machine));
        machine.Ended(first, [LegMask.None]);
        var third = Flush(machine);
        machine.Ended(second, [LegMask.None]);
        machine.Ended(third, [LegMask.None]);

        Assert.Equal(
            [RequestVerdict.Failed, RequestVerdict.Failed, RequestVerdict.Done],
            Settled(machine).Select(settled => settled.Verdict));
    }

    [Fact]
    public void Region_whose_new_leg_could_not_be_flushed_meanwhile_is_not_in_sync()
    {
        var machine = Machine(isClean: false);
        machine.RecoveryDue();
        var work = _started.Single();
        machine.LegsFlushed(LegMask.Of(1));

        machine.WorkEnded(work, WorkOutcome.Good);

        Assert.Equal(0, machine.Contents.InSync.SetCount);
    }

    private static SimulatedRequest Flush(MirrorMachine machine)
    {
        var flush = new SimulatedRequest(RegionRequestKind.Flush, default, default);
        machine.Submit(flush);
        return flush;
    }

    private static List<MirrorEffect.Settle> Settled(MirrorMachine machine) =>
        [.. machine.Take().OfType<MirrorEffect.Settle>()];

    /// <summary>One region on two legs, with <c>handle_errors</c>; its recovery, if it needs one, has begun.</summary>
    private MirrorMachine Machine(bool isClean)
    {
        var clean = new RegionBits(1);
        if (isClean)
        {
            clean.SetAll();
        }

        var policy = new MirrorPolicy { HandleErrors = true };
        var machine = new MirrorMachine(MirrorGeometry.Create(16, 16), 2, policy, clean);
        machine.Resume();
        _started.AddRange(machine.Take().OfType<MirrorEffect.Start>().Select(start => start.Work));
        return machine;
    }
}
