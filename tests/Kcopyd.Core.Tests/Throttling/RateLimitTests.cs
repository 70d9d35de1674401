using FsCheck;
using FsCheck.Fluent;
using Kcopyd.Core.Throttling;

namespace Kcopyd.Core.Tests.Throttling;

public sealed class RateLimitTests
{
    private static readonly TimeSpan Start = TimeSpan.FromDays(3);

    [Theory]
    [InlineData(1, 4096)]
    [InlineData(1_000_000, 512)]
    [InlineData(1_000_000_000, 4096)]
    [InlineData(10_000_000_000, 4096)]
    [InlineData(3_333_333_333, 524_288)]
    public void Long_run_keeps_the_rate_within_one_credit(long rate, long request)
    {
        var limit = RateLimit.Of(rate);
        var now = Start;
        const int Requests = 200_000;
        for (var i = 0; i < Requests; i++)
        {
            now += limit.Wait(now);
            limit = limit.Take(now, request);
        }

        var due = (Int128)Requests * request * TimeSpan.TicksPerSecond / rate;
        var took = (limit.FreeAt - Start).Ticks;
        Assert.InRange((long)(due - took), -1, RateLimit.Credit.Ticks + 1);
    }

    [Fact]
    public void No_window_holds_more_than_its_time_and_one_credit_and_one_request() =>
        Seeded.Run(100, (_, random) =>
        {
            var rate = random.NextInt64(1_000, 1_000_000_000);
            var limit = RateLimit.Of(rate);
            var now = Start;
            var sent = 0L;
            for (var i = 0; i < 500; i++)
            {
                // Someone who comes late, is idle for a while, and changes the rate to what it is.
                now += limit.Wait(now) + TimeSpan.FromTicks(random.NextInt64(200_000));
                limit = random.Next(10) == 0 ? limit.ChangeTo(rate, now) : limit;
                Assert.Equal(TimeSpan.Zero, limit.Wait(now));
                var allowed = ((now - Start) + RateLimit.Credit).TotalSeconds * rate;
                Assert.True(sent <= allowed + 1, $"{sent} bytes after {now - Start}, {allowed} allowed");
                var request = random.NextInt64(1, rate);
                limit = limit.Take(now, request);
                sent += request;
            }
        });

    [Fact]
    public void Idle_time_is_made_up_for_by_one_credit_and_no_more()
    {
        var limit = RateLimit.Of(1_000).Take(Start, 1_000);
        var later = Start + TimeSpan.FromHours(1);

        Assert.Equal(TimeSpan.Zero, limit.Wait(later));
        limit = limit.Take(later, 1_000);

        Assert.Equal(TimeSpan.FromSeconds(1) - RateLimit.Credit, limit.Wait(later));
    }

    [Fact]
    public void What_is_owed_is_owed_at_the_new_rate()
    {
        var limit = RateLimit.Of(1_000).Take(Start, 1_050);
        Assert.Equal(TimeSpan.FromSeconds(1), limit.Wait(Start));

        Assert.Equal(TimeSpan.FromSeconds(2), limit.ChangeTo(500, Start).Wait(Start));
        Assert.Equal(TimeSpan.FromMilliseconds(500), limit.ChangeTo(2_000, Start).Wait(Start));
        Assert.Equal(TimeSpan.Zero, limit.ChangeTo(0, Start).Wait(Start));
    }

    [Fact]
    public void Changing_the_rate_again_and_again_earns_no_credit()
    {
        var limit = RateLimit.Of(1_000);
        var now = Start;
        for (var i = 0; i < 10; i++)
        {
            limit = limit.Take(now, 1_000);
            now += limit.Wait(now);
            limit = limit.ChangeTo(1_000 + i, now).ChangeTo(1_000, now);
        }

        Assert.Equal(TimeSpan.FromSeconds(10) - RateLimit.Credit, now - Start);
    }

    [Fact]
    public void No_limit_never_waits()
    {
        var limit = RateLimit.None.Take(Start, long.MaxValue);

        Assert.Equal(TimeSpan.Zero, limit.Wait(Start));
        Assert.Equal(RateLimit.Of(0), limit);
        Assert.Throws<ArgumentOutOfRangeException>(() => RateLimit.Of(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => limit.ChangeTo(-1, Start));
    }

    [Fact]
    public void Any_split_of_the_same_bytes_takes_the_same_time() =>
        Seeded.ForAll(Splits(), split =>
        {
            var whole = RateLimit.Of(7_777).Take(Start, split.Sum(part => (long)part));
            var parts = split.Aggregate(RateLimit.Of(7_777), (limit, part) => limit.Take(Start, part));

            Assert.Equal(whole.FreeAt, parts.FreeAt);
        });

    private static Arbitrary<int[]> Splits() =>
        Gen.Choose(1, 100_000).NonEmptyListOf().Select(parts => parts.ToArray()).ToArbitrary();
}
