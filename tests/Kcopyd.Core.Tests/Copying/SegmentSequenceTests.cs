using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

public sealed class SegmentSequenceTests
{
    [Fact]
    public void K10_segments_read_in_reverse_are_let_out_ascending()
    {
        var sequence = new SegmentSequence();
        for (var index = 7; index >= 1; index--)
        {
            sequence.Offer(index);
            Assert.False(sequence.TryTake(out _));
        }

        sequence.Offer(0);

        for (var index = 0; index < 8; index++)
        {
            Assert.True(sequence.TryTake(out var taken));
            Assert.Equal(index, taken);
            Assert.False(sequence.TryTake(out _), "the next one waits until this one is over");
            sequence.Advance(taken);
        }
    }

    [Fact]
    public void Any_order_in_is_the_order_of_the_plan_out() =>
        Seeded.Run(100, (_, random) =>
        {
            var sequence = new SegmentSequence();
            var order = Enumerable.Range(0, 50).Select(i => (long)i).ToArray();
            random.Shuffle(order);
            var taken = new List<long>();
            foreach (var index in order)
            {
                sequence.Offer(index);
                while (sequence.TryTake(out var next))
                {
                    taken.Add(next);
                    sequence.Advance(next);
                }
            }

            Assert.Equal(order.Order(), taken);
            Assert.Equal(50, sequence.Next);
        });

    [Fact]
    public void Segment_that_will_never_come_is_passed_over()
    {
        var sequence = new SegmentSequence();
        sequence.Offer(1);

        sequence.Advance(0);

        Assert.True(sequence.TryTake(out var taken));
        Assert.Equal(1, taken);
    }

    [Fact]
    public void Segment_that_was_lost_may_be_offered_again_until_it_is_over()
    {
        var sequence = new SegmentSequence();
        sequence.Offer(0);
        sequence.Offer(0);
        Assert.True(sequence.TryTake(out _));

        sequence.Offer(0);

        Assert.True(sequence.TryTake(out _));
        sequence.Advance(0);
        Assert.Throws<InvariantException>(() => sequence.Offer(0));
        Assert.Throws<InvariantException>(() => sequence.Advance(0));
        Assert.Throws<InvariantException>(() => sequence.Advance(2));
    }
}
