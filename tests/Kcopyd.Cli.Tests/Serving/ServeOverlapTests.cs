using Kcopyd.Cli.Serving;
using Kcopyd.Core.Tables;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Tests.Serving;

public sealed class ServeOverlapTests
{
    private const long Length = 64 * 512;

    [Theory]
    [InlineData(true, "one: 0 8 linear /a 0", "two: 0 8 linear /a 8")]
    [InlineData(false, "one: 0 8 linear /a 0", "two: 0 8 linear /a 7")]
    [InlineData(false, "one: 0 8 linear /a 0", "two: 0 8 linear /link-to-a 0")]
    [InlineData(true, "one: 0 8 linear /a 0", "two: 0 8 linear /link-to-a 8")]
    [InlineData(true, "one: 0 64 linear /a 0", "two: 0 64 linear /b 0")]
    [InlineData(false, "one: 0 64 snapshot-origin /a", "two: 0 64 snapshot /b /a P 8")]
    [InlineData(false, "one: 0 8 linear /a 56", "two: 0 64 snapshot /b /a P 8")]
    [InlineData(false, "one: 0 32 mirror disk 2 /b 8 2 /a 0 /c 0", "two: 0 8 linear /b 0")]
    [InlineData(true, "one: 0 32 mirror disk 2 /b 8 2 /a 0 /c 0", "two: 0 8 linear /b 32")]
    [InlineData(false, "one: 0 8 linear /dev/mapper/vg 0", "two: 0 8 linear /dev/mapper/vg 0")]
    [InlineData(true, "one: 0 8 linear /dev/mapper/vg 0", "two: 0 8 linear /dev/mapper/vg 8")]
    public void Two_devices_do_not_write_the_same_sectors(bool isFit, params string[] lines)
    {
        var refused = Find(lines, []);

        Assert.Equal(isFit ? [] : ["two"], refused.Keys.SelectMany(spec => spec.Names));
    }

    [Fact]
    public void The_sentence_names_both_and_the_words_of_the_tables()
    {
        var refused = Find(["m: 0 8 mirror core 1 8 2 /a 0 /c 0", "s: 0 8 snapshot /b /link-to-a P 8"], []);

        Assert.Equal(
            "the COW device of s, /link-to-a, and a leg of m, /a, are the same storage", Assert.Single(refused.Values));
    }

    [Fact]
    public void One_device_does_not_use_the_same_sectors_twice()
    {
        Assert.Single(Find(["m: 0 8 mirror core 1 8 2 /a 0 /link-to-a 4"], []));
        Assert.Empty(Find(["m: 0 8 mirror core 1 8 2 /a 0 /link-to-a 8"], []));
        Assert.Single(Find(["l: 0 8 linear /a 0", "l: 8 8 linear /a 0"], []));
    }

    [Fact]
    public void What_nobody_writes_may_be_read_by_several()
    {
        Assert.Empty(Find(["one: 0 8 linear /a 0", "two: 0 8 linear /a 0"], ["one", "two"]));
        Assert.Single(Find(["one: 0 8 linear /a 0", "two: 0 8 linear /a 0"], ["two"]));
    }

    [Fact]
    public void What_is_refused_takes_nothing_from_the_others()
    {
        var refused = Find(["one: 0 8 linear /a 0", "two: 0 16 linear /a 0", "three: 0 8 linear /a 8"], []);

        Assert.Equal(["two"], refused.Keys.SelectMany(spec => spec.Names));
    }

    [Fact]
    public void What_runs_has_what_it_has_wherever_it_stands()
    {
        string[] lines = ["new: 0 8 linear /a 0", "old: 0 8 linear /a 4"];
        var running = ServePlan.Create(DeviceTables.Parse([lines[1]]), [], [], word => word).Specs[0];

        var refused = Find(lines, [], spec => spec.Key == running.Key ? running : null);

        Assert.Equal(["new"], refused.Keys.SelectMany(spec => spec.Names));
    }

    [Fact]
    public void What_runs_keeps_what_it_has_if_what_it_is_to_become_is_refused()
    {
        var running = ServePlan.Create(DeviceTables.Parse(["old: 0 8 linear /a 0"]), [], [], word => word).Specs[0];

        var refused = Find(
            ["old: 0 8 linear /a 0", "old: 8 8 linear /a 0", "new: 0 8 linear /a 4"],
            [],
            spec => spec.Key == running.Key ? running : null);

        Assert.Equal(["old", "new"], refused.Keys.SelectMany(spec => spec.Names));
    }

    private static IReadOnlyDictionary<ServedSpec, string> Find(
        string[] lines, string[] readOnly, Func<ServedSpec, ServedSpec?>? running = null)
    {
        var plan = ServePlan.Create(DeviceTables.Parse(lines), [], readOnly, word => word);
        var described = new Dictionary<string, BlockDeviceDescription>
        {
            ["/a"] = Disk("/a", "a"),
            ["/link-to-a"] = Disk("/link-to-a", "a"),
            ["/b"] = Disk("/b", "b"),
            ["/c"] = Disk("/c", "c"),
        };
        return ServeOverlap.Find(plan.Specs, running ?? (static _ => null), described);
    }

    private static BlockDeviceDescription Disk(string uri, string storage) =>
        new(uri, true, false, Length, [new StorageExtent(storage, 0, Length)]);
}
