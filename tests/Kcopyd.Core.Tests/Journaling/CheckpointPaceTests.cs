using Kcopyd.Core.Copying;
using Kcopyd.Core.Journaling;

namespace Kcopyd.Core.Tests.Journaling;

public sealed class CheckpointPaceTests
{
    private static readonly CheckpointPace Pace = new(TimeSpan.FromSeconds(1), new ByteCount(1_000));

    [Theory]
    [InlineData(100, 5_000)]
    [InlineData(1_000, 5_000)]
    [InlineData(1_666, 5_000)]
    [InlineData(1_667, 5_001)]
    [InlineData(60_000, 180_000)]
    public void A_lease_is_5_seconds_or_three_intervals(int interval, int lease) => Assert.Equal(
        TimeSpan.FromMilliseconds(lease),
        (Pace with { Interval = TimeSpan.FromMilliseconds(interval) }).Lease);

    [Theory]
    [InlineData(999, 499, false)] // neither time nor bytes
    [InlineData(1_000, 1, true)] // time
    [InlineData(1_000, 0, true)] // time, although the system has nothing to write back
    [InlineData(0, 500, true)] // half of the limit
    public void A_flush_is_due_by_time_or_by_half_of_the_limit(int sinceLast, int dirtyBytes, bool isDue)
    {
        var ledger = Written(dirtyBytes);
        var now = TimeSpan.FromHours(1);
        Assert.Equal(isDue, Pace.IsFlushDue(ledger, now, now - TimeSpan.FromMilliseconds(sinceLast)));
    }

    [Fact]
    public void No_flush_is_due_while_there_is_one_or_nothing_was_written()
    {
        var (now, before) = (TimeSpan.FromHours(1), TimeSpan.Zero);
        Assert.False(Pace.IsFlushDue(new CheckpointLedger(1), now, before));
        var ledger = Written(900);
        ledger.BeginFlush();
        ledger.AddWritten(0, SectorRange.Create(8, 8), 900);
        Assert.False(Pace.IsFlushDue(ledger, now, before));
        ledger.EndFlush(TargetMask.None);
        Assert.True(Pace.IsFlushDue(ledger, now, before));
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(1_000, 0, false)]
    [InlineData(1_001, 0, true)]
    [InlineData(600, 400, false)]
    [InlineData(600, 401, true)]
    [InlineData(0, 1_000, false)] // there is no flush to wait for
    public void No_more_is_begun_when_what_is_unflushed_and_what_may_be_in_flight_could_pass_the_limit(
        int dirtyBytes, int inFlightBytes, bool isFull) =>
        Assert.Equal(isFull, Pace.IsFull(Written(dirtyBytes), inFlightBytes));

    [Fact]
    public void A_flush_that_is_over_makes_room()
    {
        var ledger = Written(1_001);
        ledger.BeginFlush();
        Assert.True(Pace.IsFull(ledger, 0));
        ledger.EndFlush(TargetMask.None);
        Assert.False(Pace.IsFull(ledger, 0));
    }

    [Fact]
    public void A_runner_shows_that_it_is_alive_twice_in_a_lease_and_stops_at_its_end()
    {
        var last = TimeSpan.FromHours(1);
        Assert.False(Pace.IsRenewalDue(last + TimeSpan.FromMilliseconds(2_499), last));
        Assert.True(Pace.IsRenewalDue(last + TimeSpan.FromMilliseconds(2_500), last));
        Assert.False(Pace.IsLeaseOver(last + TimeSpan.FromMilliseconds(4_999), last));
        Assert.True(Pace.IsLeaseOver(last + TimeSpan.FromMilliseconds(5_000), last));
    }

    private static CheckpointLedger Written(long dirtyBytes)
    {
        var ledger = new CheckpointLedger(1);
        ledger.AddWritten(0, SectorRange.Create(0, 8), dirtyBytes);
        return ledger;
    }
}
