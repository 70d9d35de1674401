using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

public sealed class CopyOptionsTests
{
    [Fact]
    public void Defaults_are_the_kernels()
    {
        var options = CopyOptions.Default;

        Assert.Equal(512.KiB, options.SegmentSize);
        Assert.Equal(8, options.InFlight);
        Assert.False(options.ErrorsAreIgnored || options.WriteSequential || options.FlushesAtEnd || options.Sparse);
        Assert.Equal((OnTargetError.Fail, OnReadError.Fail), (options.OnTargetError, options.OnReadError));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-4096)]
    [InlineData(512)]
    [InlineData(4097)]
    [InlineData((64 << 20) + 4096)]
    public void Segment_size_is_whole_pages_up_to_its_largest(long bytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CopyOptions { SegmentSize = new ByteCount(bytes) });

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void Segments_in_flight_are_bounded(int inFlight) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CopyOptions { InFlight = inFlight });

    [Fact]
    public void Salvage_lists_at_least_one_range() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CopyOptions { SalvageLimit = 0 });

    [Fact]
    public void Verify_flushes_first() => Assert.True(new CopyOptions { Verify = true }.FlushesAtEnd);
}
