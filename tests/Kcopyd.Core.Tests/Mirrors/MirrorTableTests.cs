using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

public sealed class MirrorTableTests
{
    [Theory]
    [InlineData("core 1 1024 2 253:1 0 253:2 0")]
    [InlineData("core 2 1024 sync 2 253:1 0 253:2 0")]
    [InlineData("core 2 1024 nosync 2 253:1 0 253:2 0 1 handle_errors")]
    [InlineData("disk 2 253:0 1024 2 253:1 0 253:2 0")]
    [InlineData("disk 3 253:0 1024 nosync 2 253:1 0 253:2 0 2 handle_errors keep_log")]
    [InlineData("disk 3 253:0 1024 sync 3 253:1 8 253:2 16 253:3 24")]
    [InlineData("journal 2 data.log_1-A 512 2 /dev/loop0 0 file:///srv/a%20leg 2048")]
    public void M25_table_text_is_the_one_that_was_read(string text)
    {
        var table = MirrorTable.Parse($"0 8192 mirror {text}");

        Assert.Equal(text, table.ToTableText());
        Assert.Equal($"0 8192 mirror {text}", table.ToTableLine());
    }

    [Fact]
    public void Every_word_has_its_place()
    {
        var table = MirrorTable.Parse(
            "16 5000 mirror disk 3 /dev/log 1024 nosync 3 /dev/a 0 /dev/b 34 /dev/c 9 2 handle_errors keep_log");

        Assert.Equal((16, 5_000), (table.Start, table.Length));
        Assert.Equal(MirrorLogSpec.Disk("/dev/log", 1_024, MirrorSync.NoSync), table.Log);
        Assert.Equal(
            [new MirrorLegSpec("/dev/a", 0), new("/dev/b", 34), new("/dev/c", 9)], table.Legs.AsEnumerable());
        Assert.True(table.HandleErrors);
        Assert.True(table.KeepLog);
        Assert.Equal(MirrorGeometry.Create(5_000, 1_024), table.Geometry);
    }

    [Fact]
    public void White_space_order_and_count_of_features_do_not_matter()
    {
        const string Plain = "0 8192 mirror core 1 1024 2 a 0 b 0";

        Assert.Equal(MirrorTable.Parse(Plain), MirrorTable.Parse($"{Plain} 0"));
        Assert.Equal(
            MirrorTable.Parse($"{Plain} 2 handle_errors keep_log"),
            MirrorTable.Parse($" 0\t8192  mirror core 1 1024 2 a 0 b 0 3 keep_log handle_errors keep_log\n"));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public void M25_fewest_and_most_legs_are_accepted(int legs)
    {
        var words = string.Concat(Enumerable.Range(0, legs).Select(leg => $" d{leg} 0"));

        Assert.Equal(legs, MirrorTable.Parse($"0 8192 mirror core 1 1024 {legs}{words}").Legs.Length);
    }

    [Fact]
    public void Region_as_long_as_the_mirror_and_smallest_region_are_accepted()
    {
        Assert.Equal(1, MirrorTable.Parse("0 8192 mirror core 1 8192 2 a 0 b 0").Geometry.RegionCount);
        Assert.Equal(4_096, MirrorTable.Parse("0 8192 mirror core 1 2 2 a 0 b 0").Geometry.RegionCount);
    }

    [Fact]
    public void Leg_can_end_with_the_last_sector_that_has_a_number()
    {
        var offset = SectorRange.Limit - 8_192;

        Assert.Equal(offset, MirrorTable.Parse($"0 8192 mirror core 1 2 2 a 0 b {offset}").Legs[1].Offset);
    }

    [Fact]
    public void Another_leg_takes_the_place_of_one()
    {
        var table = MirrorTable.Parse("0 8192 mirror core 1 1024 2 a 0 b 0 1 handle_errors");

        Assert.Equal(
            "core 1 1024 2 a 0 c 7 1 handle_errors", table.WithLeg(1, new MirrorLegSpec("c", 7)).ToTableText());
        Assert.Throws<ArgumentOutOfRangeException>(() => table.WithLeg(2, new MirrorLegSpec("c", 7)));
    }

    [Fact]
    public void What_no_line_could_say_is_refused()
    {
        var log = MirrorLogSpec.Core(1_024);
        ImmutableArray<MirrorLegSpec> legs = [new("a", 0), new("b", 0)];

        Assert.ThrowsAny<ArgumentException>(() => new MirrorTable(0, 8_192, log, legs[..1], MirrorFeatures.None));
        Assert.ThrowsAny<ArgumentException>(
            () => new MirrorTable(0, 8_192, log, [.. Enumerable.Repeat(legs[0], 10)], MirrorFeatures.None));
        Assert.ThrowsAny<ArgumentException>(() => new MirrorTable(0, 1_023, log, legs, MirrorFeatures.None));
        Assert.ThrowsAny<ArgumentException>(() => new MirrorTable(-1, 8_192, log, legs, MirrorFeatures.None));
        Assert.ThrowsAny<ArgumentException>(() => new MirrorTable(0, 8_192, log, legs, MirrorFeatures.KeepLog));
        Assert.ThrowsAny<ArgumentException>(
            () => new MirrorTable(0, 8_192, log, [legs[0], new("b", SectorRange.Limit)], MirrorFeatures.None));
        Assert.ThrowsAny<ArgumentException>(() => new MirrorLegSpec("a leg", 0));
        Assert.ThrowsAny<ArgumentException>(() => new MirrorLegSpec("", 0));
        Assert.ThrowsAny<ArgumentException>(() => new MirrorLegSpec("a", -1));
        Assert.ThrowsAny<ArgumentException>(() => MirrorLogSpec.Disk("a log", 1_024));
        Assert.ThrowsAny<ArgumentException>(() => MirrorLogSpec.Journal("a/log", 1_024));
        Assert.ThrowsAny<ArgumentException>(() => MirrorLogSpec.Core(3));
    }

    [Fact]
    public void M25_what_is_printed_is_read_as_the_same() =>
        Seeded.ForAll(Tables(), table => Assert.Equal(table, MirrorTable.Parse(table.ToTableLine())));

    private static Arbitrary<MirrorTable> Tables()
    {
        var letters = Gen.Elements("abzAZ09._-/:%,+@=~\u00e9".ToCharArray());
        var devices = from first in letters
                      from more in letters.ArrayOf()
                      select new string([first, .. more]);
        var names = from device in devices
                    select string.Concat(device.Where(letter => MirrorLogSpec.IsName($"{letter}")).Append('x'));
        var syncs = Gen.Elements(MirrorSync.Default, MirrorSync.Sync, MirrorSync.NoSync);
        var features = Gen.Elements(
            MirrorFeatures.None, MirrorFeatures.HandleErrors, MirrorFeatures.HandleErrors | MirrorFeatures.KeepLog);
        var tables = from shift in Gen.Choose(1, 20)
                     from length in Gen.Choose(1 << shift, int.MaxValue)
                     from start in Gen.Choose(0, int.MaxValue)
                     from sync in syncs
                     from device in devices
                     from name in names
                     from log in Gen.Elements(
                         MirrorLogSpec.Core(1L << shift, sync),
                         MirrorLogSpec.Disk(device, 1L << shift, sync),
                         MirrorLogSpec.Journal(name[..Math.Min(name.Length, 128)], 1L << shift, sync))
                     from legs in Gen.Choose(2, 9)
                     from leg in (from place in devices
                                  from offset in Gen.Choose(0, int.MaxValue)
                                  select new MirrorLegSpec(place, offset * 4_000_000L)).ArrayOf(legs)
                     from feature in features
                     select new MirrorTable(start, length, log, [.. leg], feature);
        return Arb.From(tables);
    }
}
