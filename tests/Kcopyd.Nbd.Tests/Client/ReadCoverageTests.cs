using FsCheck;
using FsCheck.Fluent;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Tests.Client;

public sealed class ReadCoverageTests
{
    private const int Length = 64;

    [Fact]
    public void Pieces_are_taken_as_a_plain_array_of_bytes_would_take_them()
    {
        var piece = from start in Gen.Choose(-3, Length + 3)
                    from count in Gen.Choose(-1, 12)
                    select (start, count);
        Prop.ForAll(Gen.ListOf(piece, 60).ToArbitrary(), pieces =>
        {
            var coverage = new ReadCoverage(Length);
            var model = new bool[Length];
            foreach (var (start, count) in pieces)
            {
                var fits = start >= 0 && count > 0 && start + count <= Length
                    && !model.AsSpan(start, count).Contains(true);
                Assert.Equal(fits, coverage.TryAdd(start, count));
                if (fits)
                {
                    model.AsSpan(start, count).Fill(true);
                }

                Assert.Equal(!model.Contains(false), coverage.IsWhole);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void All_pieces_in_any_order_are_the_whole()
    {
        var order = Gen.Shuffle(Enumerable.Range(0, Length).ToArray());
        Prop.ForAll(order.ToArbitrary(), positions =>
        {
            var coverage = new ReadCoverage(Length);
            foreach (var position in positions)
            {
                Assert.False(coverage.IsWhole);
                Assert.True(coverage.TryAdd(position, 1));
            }

            Assert.True(coverage.IsWhole);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(long.MaxValue, 1)]
    [InlineData(1, long.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue)]
    [InlineData(long.MinValue, 1)]
    [InlineData(1, long.MinValue)]
    public void Positions_beyond_all_reads_are_refused(long start, long count) =>
        Assert.False(new ReadCoverage(Length).TryAdd(start, count));

    [Fact]
    public void Sectors_of_the_longest_read_may_come_in_the_worst_order()
    {
        var coverage = new ReadCoverage(NbdLimits.MaxPayload);
        foreach (var at in WorstOrder(NbdLimits.MaxPayload / 512))
        {
            Assert.True(coverage.TryAdd(at * 512L, 512));
        }

        Assert.True(coverage.IsWhole);
    }

    [Fact]
    public void Bytes_of_the_longest_read_in_the_worst_order_are_refused()
    {
        var coverage = new ReadCoverage(NbdLimits.MaxPayload);
        for (var i = 0; i < ReadCoverage.MaxRuns; i++)
        {
            Assert.True(coverage.TryAdd(2L * i, 1));
        }

        var refusal = Assert.Throws<NbdProtocolException>(() => coverage.TryAdd(NbdLimits.MaxPayload - 1, 1));

        Assert.Equal("the server sends a read in more than 32768 pieces that lie apart", refusal.Message);
        Assert.True(coverage.TryAdd(1, 1));
        Assert.True(coverage.TryAdd(NbdLimits.MaxPayload - 1, 1));
    }

    /// <summary>Every other one from the end, then those between.</summary>
    private static IEnumerable<int> WorstOrder(int count) =>
        Enumerable.Range(0, count).Reverse().OrderBy(static at => at % 2);
}
