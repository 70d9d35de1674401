using Kcopyd.Core.Throttling;

namespace Kcopyd.Core.Tests.Throttling;

public sealed class DutyCycleTests
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(20, 1, 10)]
    [InlineData(50, 1, 10)]
    [InlineData(50, 8, 10)]
    [InlineData(50, 8, 90)]
    [InlineData(80, 4, 25)]
    public void K19_a_saturating_load_is_in_flight_for_about_its_percentage(int percent, int depth, int milliseconds)
    {
        var duration = TimeSpan.FromMilliseconds(milliseconds);
        var load = new SaturatingLoad(new DutyCycle(percent, TimeSpan.Zero), depth, duration);

        load.RunUntil(Length);

        Assert.InRange(100 * load.BusyShare, percent - 10, percent + 10);
        Assert.InRange(load.LongestPutOff, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void K19_a_hundred_per_cent_never_waits()
    {
        var load = new SaturatingLoad(new DutyCycle(DutyCycle.Off, TimeSpan.Zero), 8, TimeSpan.FromMilliseconds(10));

        load.RunUntil(Length);

        Assert.Equal(TimeSpan.Zero, load.LongestPutOff);
        Assert.Equal(1, load.BusyShare, precision: 3);
    }

    [Fact]
    public void K19_nothing_per_cent_still_progresses_and_puts_each_start_off_by_a_second_at_most()
    {
        var load = new SaturatingLoad(new DutyCycle(0, TimeSpan.Zero), 8, TimeSpan.FromMilliseconds(10));

        load.RunUntil(Length);

        Assert.InRange(load.Starts, (int)Length.TotalSeconds - 1, 2 * (int)Length.TotalSeconds);
        Assert.Equal(TimeSpan.FromSeconds(1), load.LongestPutOff);
    }

    [Fact]
    public void First_start_goes_at_once_and_a_long_silence_is_forgotten()
    {
        var throttle = new DutyCycle(0, TimeSpan.Zero);
        Assert.True(throttle.TryStart(TimeSpan.Zero));
        throttle.Finish(TimeSpan.FromMilliseconds(10));
        Assert.False(throttle.TryStart(TimeSpan.FromMilliseconds(10)));

        // Halved once a second, ten milliseconds are less than a tick after two days.
        Assert.True(new DutyCycle(1, TimeSpan.Zero).TryStart(TimeSpan.FromDays(2)));
        Assert.True(throttle.TryStart(TimeSpan.FromDays(2)));
    }

    [Fact]
    public void Change_acts_on_the_next_start()
    {
        var throttle = new DutyCycle(0, TimeSpan.Zero);
        Assert.True(throttle.TryStart(TimeSpan.Zero));
        Assert.False(throttle.TryStart(TimeSpan.FromMilliseconds(100)));

        throttle.Change(DutyCycle.Off);

        Assert.Equal(DutyCycle.Off, throttle.Percent);
        Assert.True(throttle.TryStart(TimeSpan.FromMilliseconds(100)));
        Assert.Throws<ArgumentOutOfRangeException>(() => throttle.Change(101));
        Assert.Throws<ArgumentOutOfRangeException>(() => throttle.Change(-1));
    }

    [Fact]
    public void Finishing_what_was_not_started_is_a_defect() =>
        Assert.Throws<InvariantException>(() => new DutyCycle(50, TimeSpan.Zero).Finish(TimeSpan.Zero));

    /// <summary>
    /// As the client does it: whoever is first in line asks, again after a pause; a slot that is free gets in line.
    /// </summary>
    private sealed class SaturatingLoad(DutyCycle throttle, int depth, TimeSpan duration)
    {
        private readonly PriorityQueue<bool, TimeSpan> _ends = new();
        private TimeSpan _now;
        private TimeSpan _busy;
        private TimeSpan _asked;
        private TimeSpan _askAt;

        public int Starts { get; private set; }

        public TimeSpan LongestPutOff { get; private set; }

        public double BusyShare => _busy / _now;

        public void RunUntil(TimeSpan end)
        {
            while (_now < end)
            {
                var mayAsk = _ends.Count < depth;
                var endsNext = _ends.TryPeek(out _, out var first) && (!mayAsk || first <= _askAt);
                Move(endsNext ? first : _askAt);
                if (endsNext)
                {
                    _ends.Dequeue();
                    throttle.Finish(_now);
                    Arrive(becameFirst: !mayAsk);
                }
                else
                {
                    Ask();
                }
            }
        }

        private void Ask()
        {
            if (!throttle.TryStart(_now))
            {
                _askAt = _now + DutyCycle.Pause;
                return;
            }

            Starts++;
            LongestPutOff = _now - _asked > LongestPutOff ? _now - _asked : LongestPutOff;
            _ends.Enqueue(true, _now + duration);
            Arrive(becameFirst: true);
        }

        private void Arrive(bool becameFirst)
        {
            if (becameFirst)
            {
                (_asked, _askAt) = (_now, _now);
            }
        }

        private void Move(TimeSpan to)
        {
            _busy += _ends.Count > 0 ? to - _now : TimeSpan.Zero;
            _now = to;
        }
    }
}
