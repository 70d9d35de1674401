using Akka.Actor;
using Xunit.Sdk;

namespace Akka.Bundled.Tests;

public sealed class WithinAndAwaitTests : TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Expectation_in_a_block_waits_for_no_longer_than_the_block()
    {
        var failure = await Assert.ThrowsAnyAsync<XunitException>(
            () => WithinAsync(Short, async () => await ExpectMsgAsync<string>()));
        Assert.Contains("No message within 00:00:00", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Synchronous_block_returns_its_result()
        => Assert.Equal(3, Within(Long, () =>
        {
            TestActor.Tell(3);
            return ExpectMsg<int>();
        }));

    [Fact]
    public void Remaining_is_there_only_in_a_block()
    {
        Assert.Throws<InvalidOperationException>(() => Remaining);
        Within(Long, () => Assert.InRange(Remaining, TimeSpan.FromSeconds(1), Long));
        Assert.Throws<InvalidOperationException>(() => Remaining);
        Assert.Throws<FormatException>(() => Within(Long, () => throw new FormatException()));
        Assert.Throws<InvalidOperationException>(() => Remaining);
    }

    [Fact]
    public void Inner_block_does_not_outlast_the_outer_one()
        => Within(Long / 2, () => Within(Long, () => Assert.InRange(Remaining, TimeSpan.Zero, Long / 2)));

    [Fact]
    public async Task Block_that_is_too_fast_fails()
    {
        var failure = await Assert.ThrowsAnyAsync<XunitException>(
            () => WithinAsync(TimeSpan.FromSeconds(5), Long, () => Task.CompletedTask, "slow work"));
        Assert.Contains("at least 00:00:05", failure.Message, StringComparison.Ordinal);
        Assert.Contains("(slow work)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Block_that_is_too_slow_fails()
    {
        var failure = Assert.ThrowsAny<XunitException>(() => Within(TimeSpan.FromMilliseconds(1), () =>
        {
            AwaitConditionNoThrow(() => false, Short);
            TestActor.Tell(1);
            ExpectMsg(1, Long);
        }));
        Assert.Contains("at most 00:00:00.001", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Block_that_never_ends_fails()
    {
        var never = new TaskCompletionSource();
        var failure = await Assert.ThrowsAnyAsync<XunitException>(() => WithinAsync(Short, () => never.Task));
        Assert.Contains("still running", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Block_may_end_with_waiting_for_no_message()
        => await WithinAsync(Short, async () => await ExpectNoMsgAsync());

    [Fact]
    public async Task Assertion_is_repeated_until_it_passes()
    {
        var tries = 0;
        await AwaitAssertAsync(() => Assert.Equal(3, ++tries), Long, TimeSpan.FromMilliseconds(1));
        AwaitAssert(() => Assert.Equal(6, ++tries), Long, TimeSpan.FromMilliseconds(1));
        Assert.Equal(6, tries);
    }

    [Fact]
    public async Task Assertion_that_never_passes_fails_with_its_last_exception()
    {
        var tries = 0;
        var failure = await Assert.ThrowsAsync<FormatException>(
            () => AwaitAssertAsync(() => throw new FormatException($"try {++tries}"), 10 * Short, Short));
        Assert.True(tries > 1);
        Assert.Equal($"try {tries}", failure.Message);
        Assert.Throws<FormatException>(() => AwaitAssert(() => throw new FormatException(), Short));
    }

    [Fact]
    public async Task Condition_is_awaited_until_it_holds()
    {
        var tries = 0;
        await AwaitConditionAsync(() => Task.FromResult(++tries == 3), Long, TimeSpan.FromMilliseconds(1));
        AwaitCondition(() => ++tries == 6, Long, TimeSpan.FromMilliseconds(1));
        Assert.Equal(6, tries);
    }

    [Fact]
    public async Task Condition_that_never_holds_fails_with_the_message()
    {
        var failure = await Assert.ThrowsAnyAsync<XunitException>(
            () => AwaitConditionAsync(() => Task.FromResult(false), Short, "the moon"));
        Assert.Contains("(the moon)", failure.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<XunitException>(() => AwaitCondition(() => false, Short));
        Assert.False(await AwaitConditionNoThrowAsync(() => Task.FromResult(false), Short));
    }

    [Fact]
    public async Task Token_ends_the_repetition()
    {
        using var canceled = new CancellationTokenSource();
        await canceled.CancelAsync();
        await Assert.ThrowsAsync<FormatException>(
            () => AwaitAssertAsync(() => throw new FormatException(), Long, null, canceled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => AwaitConditionAsync(() => Task.FromResult(false), Long, canceled.Token));
    }
}
