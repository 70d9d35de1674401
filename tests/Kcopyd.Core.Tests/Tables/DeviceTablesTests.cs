using Kcopyd.Core.Tables;

namespace Kcopyd.Core.Tests.Tables;

public sealed class DeviceTablesTests
{
    private const string Mirror = "0 64 mirror core 1 8 2 /a 0 /b 0";
    private const string Origin = "0 64 snapshot-origin /dev/mapper/m";
    private const string Snapshot = "0 64 snapshot /dev/mapper/m /cow P 8";
    private const string Merge = "0 64 snapshot-merge /dev/mapper/m /cow P 8";

    [Fact]
    public void Every_target_is_read_in_the_order_of_the_lines()
    {
        var tables = DeviceTables.Parse(
        [
            "# what this machine serves",
            $"m: {Mirror}",
            "",
            $"  base: {Origin}",
            $"day:\t{Snapshot}",
            "   # no device",
            $"back: {Merge.Replace("/cow", "/other", StringComparison.Ordinal)}",
            "part: 0 8 linear /c 16",
        ]);

        Assert.Equal(["m", "base", "day", "back", "part"], tables.Select(table => table.Name));
        Assert.Equal([64, 64, 64, 64, 8], tables.Select(table => table.Length));
        Assert.IsType<DeviceTable.Mirror>(tables[0]);
        Assert.IsType<DeviceTable.Linear>(tables[4]);
        Assert.All(tables[1..4], table => Assert.IsType<DeviceTable.Snapshot>(table));
        Assert.Equal([Mirror], tables[0].Lines);
        Assert.Equal([Origin], tables[1].Lines);
        Assert.Equal([Snapshot], tables[2].Lines);
    }

    [Fact]
    public void Nothing_is_no_device() => Assert.Empty(DeviceTables.Parse(["", "  ", "#a: 0 8 linear /a 0"]));

    [Fact]
    public void Linear_lines_of_one_name_make_one_device()
    {
        string[] lines = ["0 8 linear /a 0", "8 16 linear /b 4", "24 8 linear /a 8"];

        var tables = DeviceTables.Parse([.. lines.Select(line => $"disk: {line}"), "next: 0 1 linear /c 0"]);

        var disk = Assert.IsType<DeviceTable.Linear>(tables[0]);
        Assert.Equal((2, 32), (tables.Length, disk.Length));
        Assert.Equal(lines, disk.Lines);
        Assert.Equal(disk, DeviceTables.Parse(lines.Select(line => $"disk: {line}"))[0]);
        Assert.NotEqual(disk, DeviceTables.Parse(lines[..2].Select(line => $"disk: {line}"))[0]);
    }

    [Theory]
    [InlineData("disk", "Line 2: a line is NAME: START LENGTH TARGET ARGUMENTS.")]
    [InlineData("disk:", "Line 2: a line is NAME: START LENGTH TARGET ARGUMENTS.")]
    [InlineData("disk 0 8 linear /a 0", "Line 2: a line is NAME: START LENGTH TARGET ARGUMENTS.")]
    [InlineData("disk: 0", "Line 2: the table of disk is START LENGTH TARGET ARGUMENTS.")]
    [InlineData("disk: 0 8", "Line 2: the table of disk is START LENGTH TARGET ARGUMENTS.")]
    [InlineData(
        "disk: 0 8 striped 2 8 /a 0 /b 0",
        "Line 2: the target of disk is 'striped', but the targets are linear, mirror, snapshot-origin, snapshot and "
        + "snapshot-merge.")]
    [InlineData("disk: 0 0 linear /a 0", "Line 2: word 2 is '0', but the length is at least 1.")]
    [InlineData(
        "disk: 0 0 mirror core 1 8 2 /a 0 /b 0",
        "Line 2: word 2 is '0', but the mirror's length is at least 1.")]
    [InlineData(
        "disk: 0 8 snapshot-origin",
        "Line 2: origin: incorrect number of arguments: the line ends after word 3, but the origin must follow.")]
    [InlineData(
        "disk: 0 8 snapshots /a",
        "Line 2: word 3 is 'snapshots', but the targets are snapshot-origin, snapshot and snapshot-merge.")]
    [InlineData("disk: 8 8 linear /a 0", "Line 2: disk begins at sector 8, but a device begins at 0.")]
    [InlineData("disk: 8 64 mirror core 1 8 2 /a 0 /b 0", "Line 2: disk begins at sector 8, but a device begins at 0.")]
    [InlineData("disk: 8 64 snapshot-origin /a", "Line 2: disk begins at sector 8, but a device begins at 0.")]
    [InlineData("first: 0 8 linear /b 0", "Line 2: first goes on at sector 0, but the line before ends at 8.")]
    [InlineData("first: 9 8 linear /b 0", "Line 2: first goes on at sector 9, but the line before ends at 8.")]
    [InlineData(
        $"first: {Mirror}", "Line 2: there is a device first already, and only linear lines make one device together.")]
    [InlineData(
        "a/b: 0 8 linear /b 0",
        "Line 2: 'a/b' is no name of a device: 1 to 127 letters without white space and slashes.")]
    [InlineData(
        ": 0 8 linear /b 0",
        "Line 2: '' is no name of a device: 1 to 127 letters without white space and slashes.")]
    public void A_line_that_is_wrong_is_named_by_its_number(string line, string sentence)
    {
        var refusal = Assert.Throws<DeviceTableException>(() => DeviceTables.Parse(["first: 0 8 linear /a 0", line]));

        Assert.Equal(sentence, refusal.Message);
    }

    [Fact]
    public void Lines_that_are_passed_over_count()
    {
        var refusal = Assert.Throws<DeviceTableException>(() => DeviceTables.Parse(["# one", "", "wrong"]));

        Assert.StartsWith("Line 3: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_of_one_device_follow_each_other()
    {
        var refusal = Assert.Throws<DeviceTableException>(() => DeviceTables.Parse(
            ["a: 0 8 linear /a 0", "b: 0 8 linear /b 0", "a: 8 8 linear /a 8"]));

        Assert.Equal("Line 3: there is a device a before, and its lines follow each other.", refusal.Message);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("vg-data_1.x:y=z", true)]
    [InlineData("größe", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("...", true)]
    [InlineData("a b", false)]
    [InlineData("a\u0001", false)]
    [InlineData("/a", false)]
    public void A_name_is_one_word_without_slashes(string name, bool isFit) =>
        Assert.Equal(isFit, DeviceTables.Refusal(name) is null);

    [Fact]
    public void A_name_has_127_letters_at_most()
    {
        Assert.Null(DeviceTables.Refusal(new string('a', DeviceTables.MaxNameLength)));
        Assert.NotNull(DeviceTables.Refusal(new string('a', DeviceTables.MaxNameLength + 1)));
    }
}
