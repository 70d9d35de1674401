using Kcopyd.Core.Copying;
using Kcopyd.Core.Journaling;

namespace Kcopyd.Core.Tests.Journaling;

public sealed class CheckpointLedgerTests
{
    private const int Universe = 100;

    [Fact]
    public void A_claim_holds_exactly_what_was_written_before_the_beginning_of_a_flush_that_succeeded() =>
        Seeded.Run(500, (_, random) =>
        {
            var model = Enumerable.Range(0, random.Next(1, 5)).Select(_ => new LedgerModel()).ToArray();
            var ledger = new CheckpointLedger(model.Length);
            for (var step = 0; step < 60; step++)
            {
                Step(ledger, model, random);
                Assert.Equal(model.Any(target => target.HasWritten), ledger.HasWritten);
                Assert.Equal(model.Any(target => target.HasClaim), ledger.HasClaim);
            }
        });

    [Fact]
    public void What_is_written_during_a_flush_waits_for_the_next_one()
    {
        var ledger = new CheckpointLedger(1);
        ledger.AddWritten(0, SectorRange.Create(0, 8), 8);
        Assert.Equal(TargetMask.Of(0), ledger.BeginFlush());
        ledger.AddWritten(0, SectorRange.Create(8, 8), 8);
        ledger.EndFlush(TargetMask.None);

        Assert.Equal([SectorRange.Create(0, 8)], Assert.Single(ledger.BeginAppend()).Ranges.AsEnumerable());
        Assert.Equal((true, false, true), (ledger.HasWritten, ledger.HasClaim, ledger.IsAppending));
    }

    [Fact]
    public void What_is_written_again_during_a_flush_is_flushed_again()
    {
        var ledger = new CheckpointLedger(1);
        ledger.AddWritten(0, SectorRange.Create(0, 8), 8);
        ledger.BeginFlush();
        ledger.AddWritten(0, SectorRange.Create(0, 8), 8);
        ledger.EndFlush(TargetMask.None);

        Assert.Equal(TargetMask.Of(0), ledger.BeginFlush());
    }

    [Fact]
    public void Only_targets_that_were_written_are_flushed()
    {
        var ledger = new CheckpointLedger(64);
        ledger.AddWritten(63, SectorRange.Create(0, 8), 0);
        Assert.Equal(TargetMask.Of(63), ledger.BeginFlush());
        ledger.EndFlush(TargetMask.None);
        Assert.Equal(TargetMask.None, ledger.BeginFlush());
        Assert.False(ledger.IsFlushing);
    }

    [Fact]
    public void A_target_whose_flush_failed_claims_what_earlier_flushes_covered_and_nothing_more()
    {
        var ledger = new CheckpointLedger(2);
        Write(ledger, 0, 4);
        ledger.BeginFlush();
        ledger.EndFlush(TargetMask.None);
        Write(ledger, 4, 4);
        ledger.BeginFlush();
        Write(ledger, 8, 4);
        ledger.EndFlush(TargetMask.Of(0));
        Write(ledger, 12, 4);
        ledger.BeginFlush();
        ledger.EndFlush(TargetMask.None);

        var claims = ledger.BeginAppend();

        Assert.Equal([SectorRange.Create(0, 4)], claims[0].Ranges.AsEnumerable());
        Assert.Equal([SectorRange.Create(0, 16)], claims[1].Ranges.AsEnumerable());
    }

    [Fact]
    public void A_target_that_was_given_up_while_it_was_flushed_claims_nothing_of_it()
    {
        var ledger = new CheckpointLedger(2);
        Write(ledger, 0, 4);
        ledger.BeginFlush();
        ledger.GiveUp(TargetMask.All(2));
        Assert.Equal(0, ledger.MostUnflushedBytes);
        ledger.EndFlush(TargetMask.None);

        Assert.Empty(ledger.BeginAppend());
    }

    [Fact]
    public void Bytes_are_unflushed_until_their_flush_is_over_and_the_worst_target_counts()
    {
        var ledger = new CheckpointLedger(2);
        ledger.AddWritten(0, SectorRange.Create(0, 8), 100);
        ledger.AddWritten(1, SectorRange.Create(0, 8), 30);
        Assert.Equal(100, ledger.MostUnflushedBytes);
        ledger.BeginFlush();
        ledger.AddWritten(1, SectorRange.Create(8, 8), 90);
        Assert.Equal(120, ledger.MostUnflushedBytes);
        ledger.EndFlush(TargetMask.None);
        Assert.Equal(90, ledger.MostUnflushedBytes);
    }

    [Fact]
    public void One_flush_and_one_append_at_a_time()
    {
        var ledger = new CheckpointLedger(2);
        Assert.Throws<InvariantException>(() => ledger.EndFlush(TargetMask.None));
        Assert.Throws<InvariantException>(ledger.EndAppend);
        Write(ledger, 0, 4);
        ledger.BeginFlush();
        Assert.Throws<InvariantException>(() => ledger.BeginFlush());
        ledger.BeginAppend();
        Assert.Throws<InvariantException>(() => ledger.BeginAppend());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void A_job_has_1_to_64_targets(int targets) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CheckpointLedger(targets));

    private static void Write(CheckpointLedger ledger, long start, long count)
    {
        ledger.AddWritten(0, SectorRange.Create(start, count), count);
        ledger.AddWritten(1, SectorRange.Create(start, count), count);
    }

    private static void Step(CheckpointLedger ledger, LedgerModel[] model, Random random)
    {
        switch (random.Next(8))
        {
            case 0 when !ledger.IsFlushing:
                var flushed = ledger.BeginFlush();
                Assert.Equal(model.Index().Where(t => t.Item.HasWritten).Select(t => t.Index), flushed.Indexes());
                Array.ForEach(model, target => target.BeginFlush());
                break;
            case 1 when ledger.IsFlushing:
                var failed = random.Next(4) == 0 ? Any(model, random) : TargetMask.None;
                ledger.EndFlush(failed);
                model.Index().ToList().ForEach(t => t.Item.EndFlush(failed.Contains(t.Index)));
                break;
            case 2 when !ledger.IsAppending:
                var claims = ledger.BeginAppend();
                Assert.All(model.Index(), t => Assert.Equal(t.Item.Claim(), LedgerModel.SectorsOf(claims, t.Index)));
                break;
            case 3 when ledger.IsAppending:
                ledger.EndAppend();
                break;
            case 4 when random.Next(10) == 0:
                var lost = Any(model, random);
                ledger.GiveUp(lost);
                lost.Indexes().ToList().ForEach(target => model[target].GiveUp());
                break;
            default:
                var (written, range) = (random.Next(model.Length), Range(random));
                ledger.AddWritten(written, range, range.CountBytes);
                model[written].Write(range);
                break;
        }
    }

    private static TargetMask Any(LedgerModel[] model, Random random) =>
        TargetMask.Of(random.Next(model.Length));

    private static SectorRange Range(Random random)
    {
        var start = random.Next(Universe);
        return SectorRange.Create(start, random.Next(1, 12));
    }
}
