using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

public sealed class ProgressMeterTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(5);

    [Fact]
    public void What_was_seen_done_is_never_taken_back() =>
        Seeded.Run(100, (_, random) =>
        {
            var meter = new ProgressMeter(Start);
            var now = Start;
            for (var i = 0; i < 100; i++)
            {
                now += TimeSpan.FromMilliseconds(random.Next(-50, 500));
                var before = meter.DoneBytes;
                meter = meter.See(now, random.NextInt64(1_000_000));

                Assert.True(meter.DoneBytes >= before);
                Assert.True(meter.BytesPerSecond >= 0 && double.IsFinite(meter.BytesPerSecond));
                Assert.True(meter.Remaining(1_000_000) is null || meter.Remaining(1_000_000) >= TimeSpan.Zero);
            }
        });

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(60_000)]
    public void Steady_flow_is_measured_as_it_is(int milliseconds)
    {
        var meter = new ProgressMeter(Start);
        for (var i = 1; i <= 1_000; i++)
        {
            meter = meter.See(Start + TimeSpan.FromMilliseconds((long)i * milliseconds), i * milliseconds * 1_000L);
        }

        Assert.Equal(1_000_000, meter.BytesPerSecond, precision: 0);
        var left = meter.DoneBytes + 60_000_000;
        Assert.Equal(60, meter.Remaining(left)!.Value.TotalSeconds, precision: 3);
    }

    [Fact]
    public void New_rate_is_learnt_within_a_few_memories()
    {
        var meter = new ProgressMeter(Start);
        var done = 0L;
        for (var i = 1; i <= 600; i++)
        {
            done += i <= 300 ? 1_000 : 100;
            meter = meter.See(Start + TimeSpan.FromMilliseconds(100 * i), done);
        }

        Assert.InRange(meter.BytesPerSecond, 1_000, 1_100);
    }

    [Fact]
    public void Bytes_seen_without_time_passing_count_as_soon_as_it_does()
    {
        var second = TimeSpan.FromSeconds(1);

        var meter = new ProgressMeter(Start).See(Start, 500).See(Start, 1_000).See(Start + second, 1_000);

        Assert.Equal(1_000, meter.BytesPerSecond, precision: 6);
    }

    [Fact]
    public void Arrival_is_unknown_while_nothing_moves_and_now_when_nothing_is_left()
    {
        var meter = new ProgressMeter(Start);
        Assert.Null(meter.Remaining(1));
        Assert.Equal(TimeSpan.Zero, meter.Remaining(0));

        meter = meter.See(Start + TimeSpan.FromSeconds(1), 10);

        Assert.Null(meter.Remaining(long.MaxValue));
        Assert.Equal(TimeSpan.Zero, meter.Remaining(10));
        Assert.Equal(TimeSpan.Zero, meter.Remaining(5));
        Assert.Equal(TimeSpan.FromSeconds(9), meter.Remaining(100));
    }

    [Fact]
    public void Stall_lets_the_rate_fade()
    {
        var meter = new ProgressMeter(Start).See(Start + TimeSpan.FromSeconds(10), 10_000);
        var rate = meter.BytesPerSecond;

        meter = meter.See(Start + TimeSpan.FromSeconds(40), 10_000);

        Assert.True(meter.BytesPerSecond < rate / 100);
    }
}
