using Kcopyd.Cli.Serving;
using Kcopyd.Core.Tables;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Tests.Serving;

public sealed class ServePlanTests
{
    private const string Mirror = "0 64 mirror core 1 8 2 /a 0 /b 0";

    [Fact]
    public void What_a_device_is_made_of_comes_before_it()
    {
        // day and base are of m, m is of top's parts, and the file has them the other way round
        var plan = Plan(
            "day: 0 32 snapshot /dev/mapper/m /cow P 8",
            "base: 0 32 snapshot-origin /dev/mapper/m",
            "m: 0 32 mirror core 1 8 2 /dev/mapper/one 0 /dev/mapper/two 0",
            "two: 0 32 linear /b 0",
            "one: 0 32 linear /a 0");

        var names = plan.Specs.Select(spec => string.Join('+', spec.Names)).ToArray();
        Assert.Equal(4, names.Length);
        Assert.Equal("m", names[2]);
        Assert.Equal("day+base", names[3]);
        Assert.Equal(["m", "one", "two"], plan.Parts.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a: 0 8 linear /dev/mapper/a 0")]
    [InlineData("a: 0 8 linear /dev/mapper/b 0", "b: 0 8 linear /dev/mapper/a 0")]
    [InlineData(
        "a: 0 8 linear /dev/mapper/b 0",
        "b: 0 8 mirror core 1 8 2 /dev/mapper/c 0 /x 0",
        "c: 0 8 snapshot-origin /dev/mapper/a")]
    [InlineData("s: 0 8 snapshot /o /dev/mapper/s P 8")]
    public void A_device_is_not_made_of_itself(params string[] lines) => Refused("is made of itself", lines);

    [Fact]
    public void A_name_is_given_once()
    {
        var tables = DeviceTables.Parse([$"m: {Mirror}"]);

        var refusal = Assert.Throws<RefusedException>(
            () => ServePlan.Create(tables, [("m", "/c")], [], word => word));

        Assert.Equal("there are two devices 'm'", refusal.Message);
    }

    [Fact]
    public void Snapshots_of_one_origin_are_together_whatever_it_is_called()
    {
        var tables = DeviceTables.Parse(
        [
            "day: 0 64 snapshot ./disk /cow1 P 8",
            "other: 0 64 snapshot-origin /other",
            "base: 0 64 snapshot-origin /disk",
            "night: 0 64 snapshot /by-id/disk /cow2 P 8",
        ]);

        var plan = ServePlan.Create(
            tables, [], [], word => word.EndsWith("disk", StringComparison.Ordinal) ? "/disk" : word);

        var origin = Assert.Single(plan.Specs.OfType<ServedSpec.Origin>(), spec => spec.Device == "/disk");
        Assert.Equal(["day", "base", "night"], origin.Names);
        Assert.Equal(["/disk", "/cow1", "/cow2"], origin.Uses.Select(use => use.Device));
        Assert.Equal("base", origin.Self?.Name);
        Assert.Equal(["day", "night"], origin.Snapshots.Select(snapshot => snapshot.Name));
    }

    [Fact]
    public void A_snapshot_names_the_device_under_a_snapshot_origin() => Refused(
        "day is a snapshot of base, which is a snapshot-origin: its line names /disk instead",
        "base: 0 64 snapshot-origin /disk",
        "day: 0 64 snapshot /dev/mapper/base /cow P 8");

    [Fact]
    public void A_snapshot_of_an_origin_above_another_is_one()
    {
        var plan = Plan(
            "base: 0 64 snapshot-origin /disk",
            "above: 0 64 snapshot-origin /dev/mapper/base",
            "day: 0 64 snapshot /dev/mapper/base /cow P 8");

        Assert.Equal(["base"], plan.Specs[0].Names);
        Assert.Equal(["above", "day"], plan.Specs[1].Names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_origin_is_served_once() => Refused(
        "again is a second snapshot-origin of /disk: there is one at most",
        "base: 0 64 snapshot-origin /disk",
        "again: 0 64 snapshot-origin /disk");

    [Fact]
    public void A_device_that_somebody_writes_is_opened_for_writing()
    {
        var tables = DeviceTables.Parse(["one: 0 8 linear /a 0", "two: 0 8 linear /a 8", "three: 0 8 linear /b 0"]);

        var plan = ServePlan.Create(tables, [], ["one", "three"], word => word);

        Assert.Equal(
            [BlockDeviceAccess.ReadWrite, BlockDeviceAccess.ReadWrite, BlockDeviceAccess.Read],
            plan.Specs.Select(spec => spec.Uses[0].Access));
        Assert.True(plan.IsReadOnly("one"));
        Assert.False(plan.IsReadOnly("two"));
    }

    [Fact]
    public void A_name_that_is_not_there_cannot_be_read_only()
    {
        var tables = DeviceTables.Parse([$"m: {Mirror}"]);

        var refusal = Assert.Throws<RefusedException>(() => ServePlan.Create(tables, [], ["n"], word => word));

        Assert.Equal("there is no device 'n' that could be read-only", refusal.Message);
    }

    [Fact]
    public void A_device_of_the_system_is_no_part()
    {
        var plan = Plan("a: 0 8 linear /dev/mapper/vg-data 0");

        Assert.Empty(plan.Parts);
        Assert.Equal("vg-data", plan.Specs[0].Uses[0].Name);
    }

    [Fact]
    public void What_is_used_is_known_by_its_sectors()
    {
        var uses = Plan("m: 0 64 mirror disk 2 /log 8 2 /a 16 /b 0").Specs[0].Uses;

        Assert.Equal(["/a", "/b", "/log"], uses.Select(use => use.Device));
        Assert.Equal([(16, 64), (0, 64)], uses.Take(2).Select(use => (use.Range!.Value.Start, use.Range.Value.Count)));
        Assert.Equal(["a leg of m", "a leg of m", "the log of m"], uses.Select(use => use.User));
        Assert.Equal(0, uses[2].Range?.Start);
    }

    [Fact]
    public void What_cannot_change_while_it_runs_is_its_identity()
    {
        string Identity(params string[] lines) => Plan(lines).Specs[0].Identity;

        Assert.NotEqual(Identity($"m: {Mirror}"), Identity($"m: {Mirror} 1 handle_errors"));
        Assert.NotEqual(Identity("a: 0 8 linear /a 0"), Identity("a: 0 8 linear /a 8"));
        Assert.Equal(
            Identity("o: 0 8 snapshot-origin /o"),
            Identity("o: 0 8 snapshot-origin /o", "s: 0 8 snapshot /o /cow P 8"));
        Assert.NotEqual(Identity("o: 0 8 snapshot-origin /o"), Identity("o: 0 16 snapshot-origin /o"));
    }

    private static ServePlan Plan(params string[] lines) =>
        ServePlan.Create(DeviceTables.Parse(lines), [], [], word => word);

    private static void Refused(string words, params string[] lines) => Assert.Contains(
        words, Assert.Throws<RefusedException>(() => Plan(lines)).Message, StringComparison.Ordinal);
}
