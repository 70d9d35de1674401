using FsCheck.Fluent;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

public sealed class CowLoadTests
{
    private const long Origin = 1_000;
    private const long Cow = 10_000;

    private static readonly CowLayout Layout = new(1);

    [Fact]
    public void S14_new_store_has_nothing_and_begins_at_chunk_2()
    {
        var load = new CowLoad(Layout, Origin, Cow, new ExceptionTable());

        Assert.Equal((2, 0, 0, false), (load.NextFree, load.CurrentArea, load.Committed, load.HasTail));
        Assert.False(load.Add(new byte[512]));
        Assert.Equal((2, 0, 0, false), (load.NextFree, load.CurrentArea, load.Committed, load.HasTail));
    }

    /// <summary>
    /// <c>Golden/CowStore-v1.bin</c> was written by the snapshot of Linux 6.1: <c>0 64 snapshot ORIGIN COW P 1</c> on
    /// an origin whose sector n is filled with n. One after another, the sectors 9, 8, 7, 3, 60 of the snapshot were
    /// written with zeros, then the sectors 30 to 57, 0, 9 and 1 of the origin.
    /// </summary>
    [Fact]
    public void S1_S6_store_of_the_kernel_is_read()
    {
        var disk = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Snapshots", "Golden", "CowStore-v1.bin"));
        long[] written = [9, 8, 7, 3, 60];
        long[] kept = [.. Enumerable.Range(30, 28), 0, 1];
        var table = new ExceptionTable();
        var load = new CowLoad(Layout, 64, 64, table);

        Assert.Equal(new CowFinding.Good(CowHeader.For(Layout)), CowHeader.Read(disk));
        Assert.True(load.Add(disk.AsSpan(512, 512)));
        Assert.False(load.Add(disk.AsSpan((int)Layout.AreaChunk(1) * 512, 512)));

        Assert.Equal((38, 1, 3, false), (load.NextFree, load.CurrentArea, load.Committed, load.HasTail));
        Assert.Equal(
            "38/64 3", SnapshotStatus.OfPersistent(load.NextFree, load.CurrentArea, 64, Layout).ToString());
        Assert.Equal(35, table.Count);
        Assert.All(written, old => Assert.Equal(0, disk[Found(table, old) * 512]));
        Assert.All(kept, old => Assert.Equal(old, disk[Found(table, old) * 512]));

        var image = new CowStoreImage(Layout);
        Assert.All(written.Concat(kept), old => image.Add(old, Found(table, old)));
        Assert.Equal(disk[(34 * 512)..(35 * 512)], image.Last);
    }

    [Fact]
    public void S6_store_goes_on_in_the_next_area_when_the_last_is_full()
    {
        var image = Filled(32);
        var (load, table) = image.Load(Origin, Cow);

        Assert.Equal((35, 1, 0, false), (load.NextFree, load.CurrentArea, load.Committed, load.HasTail));
        Assert.Equal(32, table.Count);
    }

    [Fact]
    public void Stores_of_any_length_are_read_as_they_were_written()
    {
        var stores = from count in Gen.Choose(0, 130)
                     from old in Gen.Shuffle(Enumerable.Range(0, (int)Origin).ToArray())
                     from gaps in Gen.Choose(-8, 2).ArrayOf(count)
                     select (Old: old.Take(count).ToArray(), Gaps: gaps);
        Seeded.ForAll(Arb.From(stores), drawn =>
        {
            var image = new CowStoreImage(Layout);
            var next = CowLayout.FirstData;
            foreach (var (old, gap) in drawn.Old.Zip(drawn.Gaps))
            {
                for (var i = 0; i < gap; i++)
                {
                    next = Layout.NextData(next);
                }

                image.Add(old, next);
                next = Layout.NextData(next);
            }

            var (load, table) = image.Load(Origin, Cow);

            Assert.Equal(next, image.Entries.Count == 0 ? 2 : load.NextFree);
            Assert.Equal(image.Entries.Count / 32, load.CurrentArea);
            Assert.Equal(image.Entries.Count % 32, load.Committed);
            Assert.False(load.HasTail);
            Assert.Equal(image.Entries.Count, table.Count);
            Assert.All(image.Entries, entry => Assert.Equal(entry.NewChunk, Found(table, entry.OldChunk)));
        });
    }

    [Fact]
    public void New_chunks_in_any_order_are_accepted_while_each_comes_once()
    {
        var orders = Gen.Shuffle(Enumerable.Range(2, 200).Where(chunk => !Layout.IsArea(chunk)).ToArray());
        Seeded.ForAll(Arb.From(orders), order =>
        {
            var image = new CowStoreImage(Layout);
            Assert.All(order.Index(), chunk => image.Add(chunk.Index, chunk.Item));

            var (load, table) = image.Load(Origin, Cow);

            Assert.Equal(202, load.NextFree);
            Assert.All(order.Index(), chunk => Assert.Equal(chunk.Item, Found(table, chunk.Index)));

            image.Add(900, order[order.Length / 3]);
            Assert.Throws<CowStoreException>(() => image.Load(Origin, Cow));
        });
    }

    [Fact]
    public void What_stands_behind_the_first_free_entry_is_not_read_but_announced()
    {
        var image = Filled(3);
        new CowEntry(5, 1).Write(image.Last, 31);

        var (load, table) = image.Load(Origin, Cow);

        Assert.Equal((5, 0, 3, true), (load.NextFree, load.CurrentArea, load.Committed, load.HasTail));
        Assert.Equal(3, table.Count);

        CowLoad.ClearTail(image.Last, load.Committed);
        Assert.False(image.Load(Origin, Cow).Load.HasTail);
        Assert.Equal(image.Entries, Enumerable.Range(0, 3).Select(index => CowEntry.Read(image.Last, index)));
    }

    [Fact]
    public void Free_entry_with_an_old_chunk_is_a_tail()
    {
        var image = Filled(0);
        new CowEntry(5, 0).Write(image.Last, 0);

        Assert.True(image.Load(Origin, Cow).Load.HasTail);
    }

    [Fact]
    public void S4_entries_of_a_torn_write_never_come_to_life_later()
    {
        var layout = new CowLayout(2);
        var writes = from before in Gen.Choose(0, 60)
                     from first in Gen.Choose(1, 63 - before)
                     from second in Gen.Choose(1, 63 - before)
                     from sectors in Gen.Choose(0, 3)
                     from again in Gen.Choose(0, 3)
                     select (Before: before, First: first, Second: second, Sectors: sectors, Again: again);
        Seeded.ForAll(Arb.From(writes), drawn =>
        {
            var area = new byte[1_024];
            Write(area, 0, drawn.Before, 0);
            var disk = area.ToArray();

            Write(area, drawn.Before, drawn.First, 100);
            Tear(area, disk, drawn.Sectors);
            var load = Load(layout, disk, out _);
            Assert.InRange(load.Committed, drawn.Before, drawn.Before + drawn.First);

            // What is loaded is cleared on disk first; then the next write may be torn too.
            var committed = load.Committed;
            CowLoad.ClearTail(disk, committed);
            var count = Math.Min(drawn.Second, 63 - committed);
            area = disk.ToArray();
            Write(area, committed, count, 200);
            Tear(area, disk, drawn.Again);

            load = Load(layout, disk, out var table);
            Assert.InRange(load.Committed, committed, committed + count);
            Assert.All(
                Enumerable.Range(committed, load.Committed - committed),
                index => Assert.True(table.Contains(200 + index)));
            Assert.Equal(load.Committed, table.Count);
        });
    }

    [Fact]
    public void Load_takes_whole_areas_and_none_behind_the_last()
    {
        var load = new CowLoad(Layout, Origin, Cow, new ExceptionTable());

        Assert.Throws<ArgumentOutOfRangeException>(() => load.Add(new byte[511]));
        Assert.False(load.Add(new byte[512]));
        Assert.Throws<InvariantException>(() => load.Add(new byte[512]));
    }

    private static CowStoreImage Filled(int count)
    {
        var image = new CowStoreImage(Layout);
        for (var i = 0; i < count; i++)
        {
            image.Add(i, 2 + i);
        }

        return image;
    }

    private static long Found(ExceptionTable table, long old) =>
        table.TryFind(old, out var @new) ? @new : throw new KeyNotFoundException($"{old}");

    private static void Write(byte[] area, int first, int count, int oldFirst)
    {
        for (var index = first; index < first + count; index++)
        {
            new CowEntry(oldFirst + index, 2 + index).Write(area, index);
        }
    }

    /// <summary>Brings to disk the sectors of an area whose bits are set.</summary>
    private static void Tear(byte[] area, byte[] disk, int sectors)
    {
        for (var sector = 0; sector < 2; sector++)
        {
            if ((sectors >> sector & 1) != 0)
            {
                area.AsSpan(sector * 512, 512).CopyTo(disk.AsSpan(sector * 512));
            }
        }
    }

    private static CowLoad Load(CowLayout layout, byte[] area, out ExceptionTable table)
    {
        table = new ExceptionTable();
        var load = new CowLoad(layout, Origin, Cow, table);
        Assert.False(load.Add(area));
        return load;
    }
}
