using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

public sealed class TargetTurnsTests
{
    [Fact]
    public void Writes_to_one_target_follow_each_other_in_the_order_in_which_they_came()
    {
        var turns = new TargetTurns([true]);

        Assert.True(turns.TryBegin(0, 7));
        Assert.False(turns.TryBegin(0, 3));
        Assert.False(turns.TryBegin(0, 5));
        Assert.Equal(3, turns.Finish(0));
        Assert.Equal(5, turns.Finish(0));
        Assert.Null(turns.Finish(0));
        Assert.True(turns.TryBegin(0, 9));
    }

    [Fact]
    public void Targets_do_not_wait_for_each_other()
    {
        var turns = new TargetTurns([true, true]);

        Assert.True(turns.TryBegin(0, 1));
        Assert.True(turns.TryBegin(1, 1));
        Assert.Null(turns.Finish(1));
    }

    [Fact]
    public void Target_without_turns_takes_any_number_of_writes()
    {
        var turns = new TargetTurns([false]);

        Assert.True(turns.TryBegin(0, 1));
        Assert.True(turns.TryBegin(0, 2));
        Assert.Null(turns.Finish(0));
        Assert.Null(turns.Finish(0));
    }
}
