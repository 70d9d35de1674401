using Kcopyd.Actors.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Copying;

public sealed class StatusRunsTests
{
    /// <summary>Extents as <c>d4096 h8192</c>, in bytes; runs as <c>d0+8 h8+16</c>, in sectors of the job.</summary>
    [Theory]
    [InlineData("d8192", 0, 8192, "d0+16")]
    [InlineData("h8192", 0, 8192, "h0+16")]
    [InlineData("z8192", 0, 8192, "h0+16")]
    [InlineData("d4096 h4096 d4096", 0, 12288, "d0+8 h8+8 d16+8")]
    [InlineData("h4096 z4096 d4096", 0, 12288, "h0+8 h8+8 d16+8")]
    [InlineData("d1000 h6000 d1192", 0, 8192, "d0+16")]
    [InlineData("d1000 h8000 d3288", 0, 12288, "d0+8 h8+8 d16+8")]
    [InlineData("h512 d7680", 0, 8192, "d0+16")]
    [InlineData("d4096", 0, 8192, "d0+8")]
    [InlineData("h6000", 0, 8192, "h0+8 d8+4")]
    [InlineData("h5000", 0, 5000, "h0+10")]
    [InlineData("d4096 h904", 0, 5000, "d0+8 h8+2")]
    [InlineData("", 0, 8192, "d0+16")]
    [InlineData("h4096 d4096", 512, 8192, "h0+8 d8+8")]
    [InlineData("h16384", 0, 8192, "h0+16")]
    public void Data_is_rounded_outwards_and_holes_inwards(string extents, long origin, long length, string runs)
    {
        var offset = origin;
        var parsed = new List<BlockExtent>();
        foreach (var text in extents.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var status = text[0] switch { 'd' => BlockStatus.Data, 'h' => BlockStatus.Hole, _ => BlockStatus.Zero };
            parsed.Add(new BlockExtent(offset, long.Parse(text[1..]), status));
            offset += parsed[^1].Length;
        }

        var found = StatusRuns.From(parsed, origin, (origin, origin + length), 8);

        Assert.Equal(runs, string.Join(' ', found.Select(run => $"{(run.IsZero ? 'h' : 'd')}{run.Range}")));
    }

    [Fact]
    public void Question_in_the_middle_of_a_hole_is_answered_from_there()
    {
        var found = StatusRuns.From(
            [new BlockExtent(8192, 8192, BlockStatus.Hole)], 4096, (8192, 16384), 8);

        Assert.Equal(new StatusRun(SectorRange.Create(8, 16), true), Assert.Single(found));
    }
}
