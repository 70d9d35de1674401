using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

public sealed class DirtyLogHeaderTests
{
    [Fact]
    public void Head_of_a_log_is_read_whatever_its_version()
    {
        var bytes = Convert.FromHexString("7252694D090000000400000000000080");

        Assert.True(DirtyLogHeader.TryRead(bytes, out var header));
        Assert.Equal(new DirtyLogHeader(9, 0x8000_0000_0000_0004), header);
        Assert.False(header.IsKnownVersion);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7252694D0200000004000000000000")]
    [InlineData("4D695272020000000400000000000000")]
    [InlineData("00000000000000000000000000000000")]
    public void What_is_no_log_is_not_read(string hex) =>
        Assert.False(DirtyLogHeader.TryRead(Convert.FromHexString(hex), out _));

    [Theory]
    [InlineData(0ul, 512, true)]
    [InlineData(1ul, 1_024, false)]
    [InlineData(8ul, 1_025, true)]
    [InlineData(9ul, 1_025, false)]
    [InlineData(ulong.MaxValue, long.MaxValue, false)]
    public void More_regions_than_a_device_has_bits_for_do_not_fit(ulong regions, long bytes, bool fits) =>
        Assert.Equal(fits, new DirtyLogHeader(2, regions).FitsIn(bytes));

    [Fact]
    public void Findings_end_a_sentence()
    {
        Assert.Equal(
            "a dirty log of 100 regions", new DirtyLogFinding.Good(new DirtyLogHeader(2, 100)).ToString());
        Assert.Equal(
            "no dirty log: its magic is 0x0000ef53, that of a log is 0x4d695272",
            new DirtyLogFinding.Absent(0xEF53).ToString());
        Assert.Equal(
            "a dirty log of version 3; versions 1 and 2 can be read",
            new DirtyLogFinding.UnknownVersion(3).ToString());
        Assert.Equal("a dirty log that could not be read", new DirtyLogFinding.Unreadable().ToString());
    }
}
