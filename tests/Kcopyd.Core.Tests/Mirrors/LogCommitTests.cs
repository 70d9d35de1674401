using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

public sealed class LogCommitTests
{
    private static readonly LogCommit Commit =
        new(1, [new RegionRun(3, 4), new RegionRun(9, 9)], [new RegionRun(0, 3), new RegionRun(69, 69)]);

    [Fact]
    public void Region_that_is_marked_and_cleaned_is_marked()
    {
        var bits = new RegionBits(70);
        bits.Set(4);

        Commit.ApplyTo(bits);

        Assert.Equal(4, bits.SetCount);
        Assert.Equal(3, bits.NextClear(0));
        Assert.True(bits[69]);
    }

    [Fact]
    public void Image_takes_a_commit_as_bits_do_and_can_be_given_others_as_a_whole()
    {
        var image = DirtyLogImage.Resume(new byte[1536], 70, MirrorSync.NoSync, 512);
        var bits = image.Bits.Copy();
        image.TakeChanges();

        Commit.ApplyTo(image);
        Commit.ApplyTo(bits);

        Assert.True(image.Bits.Words.SequenceEqual(bits.Words));
        Assert.Equal("2+1", Assert.Single(image.TakeChanges().Blocks).ToString());
        bits.ClearAll();
        bits.Set(5);
        image.Assign(bits);
        Assert.Equal(0x20, image.Bytes.Span[1024]);
        Assert.Equal(0, image.Bytes.Span[1032]);
        Assert.True(image.TakeChanges() is { NeedsFlush: true, Blocks: [{ Start: 0, Count: 3 }] });
        Assert.Throws<ArgumentOutOfRangeException>(() => image.Assign(new RegionBits(71)));
    }

    [Theory]
    [InlineData(70, 130, 3)]
    [InlineData(130, 70, 1)]
    [InlineData(64, 64, 2)]
    public void Bits_taken_from_others_are_those_that_both_have(int from, int to, int step)
    {
        var source = new RegionBits(from);
        for (var region = 0; region < from; region += step)
        {
            source.Set(region);
        }

        var bits = new RegionBits(to);
        bits.SetAll();
        bits.TakeFrom(source);

        for (var region = 0; region < to; region++)
        {
            Assert.Equal(region < from && source[region], bits[region]);
        }

        Assert.Equal((Math.Min(from, to) + step - 1) / step, bits.SetCount);
    }
}
