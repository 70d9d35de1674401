using FsCheck;
using FsCheck.Fluent;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

public sealed class CowEntryTests
{
    [Fact]
    public void S1_entry_has_the_documented_bytes()
    {
        var area = new byte[48];
        new CowEntry(0x0102_0304_0506_0708, 0x1112_1314_1516_1718).Write(area, 1);

        Assert.Equal(
            new string('0', 32) + "08070605040302011817161514131211" + new string('0', 32),
            Convert.ToHexString(area));
    }

    [Fact]
    public void Entry_is_free_when_its_new_chunk_is_0()
    {
        Assert.True(new CowEntry(7, 0).IsFree);
        Assert.False(new CowEntry(0, 2).IsFree);
        Assert.False(new CowEntry(0, long.MinValue).IsFree);
    }

    [Fact]
    public void What_is_written_is_read_and_its_neighbours_stay()
    {
        var entries = from old in Numbers()
                      from @new in Numbers()
                      from index in Gen.Choose(1, 30)
                      select (Entry: new CowEntry(old, @new), Index: index);
        Seeded.ForAll(Arb.From(entries), drawn =>
        {
            var area = new byte[512];
            Array.Fill(area, (byte)0xA5);
            drawn.Entry.Write(area, drawn.Index);

            Assert.Equal(drawn.Entry, CowEntry.Read(area, drawn.Index));

            CowEntry.Clear(area, drawn.Index);
            var at = drawn.Index * CowEntry.Size;
            Assert.Equal(new CowEntry(0, 0), CowEntry.Read(area, drawn.Index));
            Assert.Equal(16, area.Count(value => value == 0));
            Assert.Equal((0xA5, 0xA5), (area[at - 1], area[at + 16]));
        });
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(32)]
    public void Place_that_an_area_does_not_have_is_refused(int index)
    {
        var area = new byte[512];

        Assert.Throws<ArgumentOutOfRangeException>(() => CowEntry.Read(area, index));
        Assert.Throws<ArgumentOutOfRangeException>(() => CowEntry.Clear(area, index));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CowEntry(1, 2).Write(area, index));
    }

    private static Gen<long> Numbers() =>
        from high in Gen.Choose(int.MinValue, int.MaxValue)
        from low in Gen.Choose(0, int.MaxValue)
        select ((long)high << 32) | (uint)low;
}
