using Kcopyd.Core.Tables;

namespace Kcopyd.Core.Tests.Tables;

public sealed class LinearTableTests
{
    [Fact]
    public void A_line_comes_back_as_it_was_read()
    {
        var table = LinearTable.Parse("  8 64\tlinear /dev/sda 2048 ");

        Assert.Equal((8, 64, "/dev/sda", 2048), (table.Start, table.Length, table.Device, table.Offset));
        Assert.Equal(SectorRange.Create(2048, 64), table.Range);
        Assert.Equal("8 64 linear /dev/sda 2048", $"{table}");
        Assert.Equal("8 64 linear", table.ToStatusLine());
        Assert.Equal(table, LinearTable.Parse($"{table}"));
    }

    [Theory]
    [InlineData("", "The line ends after word 0, but a linear line is START LENGTH linear DEVICE OFFSET.")]
    [InlineData("0 8 linear a", "The line ends after word 4, but a linear line is START LENGTH linear DEVICE OFFSET.")]
    [InlineData("x 8 linear a 0", "Word 1 is 'x', but the start is a whole number.")]
    [InlineData("0 8k linear a 0", "Word 2 is '8k', but the length is a whole number.")]
    [InlineData("0 0 linear a 0", "Word 2 is '0', but the length is at least 1.")]
    [InlineData("0 00 linear a 0", "Word 2 is '00', but the length is at least 1.")]
    [InlineData("0 8 Linear a 0", "Word 3 is 'Linear', but the target is 'linear'.")]
    [InlineData("0 8 linear a -1", "Word 5 is '-1', but the offset is a whole number.")]
    [InlineData("0 8 linear a 0 1", "Word 6 is '1', but the line is complete before it.")]
    public void A_line_that_describes_none_is_refused(string line, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<DeviceTableException>(() => LinearTable.Parse(line)).Message);

    [Fact]
    public void Sectors_that_no_device_has_are_refused()
    {
        var last = SectorRange.Limit;

        Assert.Equal(last - 1, LinearTable.Parse($"{last - 1} 1 linear a {last - 1}").Offset);
        Refused($"{last + 1} 1 linear a 0", $"Word 1 is '{last + 1}', but the start is at most {last}.");
        Refused($"1 {last} linear a 0", $"Word 2 is '{last}', but the length is at most {last - 1}.");
        Refused($"0 8 linear a {last - 7}", $"Word 5 is '{last - 7}', but the offset is at most {last - 8}.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    public void A_device_is_one_word(string device) =>
        Assert.ThrowsAny<ArgumentException>(() => new LinearTable(0, 8, device, 0));

    [Fact]
    public void A_table_without_a_sector_is_none() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearTable(0, 0, "a", 0));

    private static void Refused(string line, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<DeviceTableException>(() => LinearTable.Parse(line)).Message);
}
