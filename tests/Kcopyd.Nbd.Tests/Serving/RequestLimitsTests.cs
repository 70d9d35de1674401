using FsCheck;
using FsCheck.Fluent;
using Kcopyd.Nbd.Serving;

namespace Kcopyd.Nbd.Tests.Serving;

public sealed class RequestLimitsTests
{
    [Fact]
    public void Request_waits_for_a_place()
    {
        var limits = new RequestLimits(2, 100);
        Assert.True(limits.EnterAsync(1).AsTask().IsCompleted);
        Assert.True(limits.EnterAsync(1).AsTask().IsCompleted);

        var third = limits.EnterAsync(1).AsTask();
        Assert.Equal((false, 2), (third.IsCompleted, limits.Count));
        limits.Leave(1);

        Assert.Equal((true, 2), (third.IsCompleted, limits.Count));
    }

    [Fact]
    public void Request_waits_for_bytes()
    {
        var limits = new RequestLimits(10, 100);
        Assert.True(limits.EnterAsync(60).AsTask().IsCompleted);
        Assert.True(limits.EnterAsync(0).AsTask().IsCompleted);

        var large = limits.EnterAsync(41).AsTask();
        limits.Leave(0);
        Assert.False(large.IsCompleted);
        limits.Leave(60);

        Assert.True(large.IsCompleted);
    }

    [Fact]
    public void Request_with_more_bytes_than_may_be_begins_alone()
    {
        var limits = new RequestLimits(10, 100);
        Assert.True(limits.EnterAsync(1).AsTask().IsCompleted);
        var huge = limits.EnterAsync(1000).AsTask();
        Assert.False(huge.IsCompleted);

        limits.Leave(1);
        Assert.True(huge.IsCompleted);
        var next = limits.EnterAsync(0).AsTask();
        Assert.False(next.IsCompleted);
        limits.Leave(1000);

        Assert.True(next.IsCompleted);
    }

    [Fact]
    public void Emptiness_is_waited_for()
    {
        var limits = new RequestLimits(10, 100);
        Assert.True(limits.EmptyAsync().IsCompleted);
        Assert.True(limits.EnterAsync(1).AsTask().IsCompleted);
        Assert.True(limits.EnterAsync(1).AsTask().IsCompleted);

        var empty = limits.EmptyAsync();
        limits.Leave(1);
        Assert.False(empty.IsCompleted);
        limits.Leave(1);

        Assert.Equal((true, 0), (empty.IsCompleted, limits.Count));
    }

    [Fact]
    public void Limits_hold_whatever_comes_and_goes_and_nobody_is_forgotten()
    {
        var step = from bytes in Gen.Choose(0, 150)
                   from leaves in Gen.Choose(0, 3)
                   select (bytes, leaves);
        Prop.ForAll(Gen.ListOf(step, 60).ToArbitrary(), steps =>
        {
            var limits = new RequestLimits(4, 100);
            var inside = new List<int>();
            foreach (var (bytes, leaves) in steps)
            {
                var entered = limits.EnterAsync(bytes).AsTask();
                while (!entered.IsCompleted)
                {
                    // Who waits has a reason.
                    Assert.True(inside.Count == 4 || inside.Sum() + bytes > 100);
                    Leave(limits, inside);
                }

                inside.Add(bytes);
                Assert.Equal(inside.Count, limits.Count);
                Assert.True(inside.Count == 1 || (inside.Count <= 4 && inside.Sum() <= 100));
                for (var i = 0; i < leaves && inside.Count > 0; i++)
                {
                    Leave(limits, inside);
                }
            }
        }).QuickCheckThrowOnFailure();
    }

    private static void Leave(RequestLimits limits, List<int> inside)
    {
        var bytes = inside[0];
        inside.RemoveAt(0);
        limits.Leave(bytes);
    }
}
