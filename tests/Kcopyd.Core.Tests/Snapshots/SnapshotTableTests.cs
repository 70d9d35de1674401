using FsCheck;
using FsCheck.Fluent;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

public sealed class SnapshotTableTests
{
    [Theory]
    [InlineData("snapshot-origin 254:11", "254:11")]
    [InlineData("snapshot 254:11 254:12 P 16", "254:11 254:12 P 16")]
    [InlineData("snapshot 254:11 254:12 PO 8 1 discard_zeroes_cow", "254:11 254:12 PO 8 1 discard_zeroes_cow")]
    [InlineData("snapshot 254:11 254:12 N 1", "254:11 254:12 N 1")]
    [InlineData("snapshot-merge file:///srv/a%20b /dev/loop0 P 0", "file:///srv/a%20b /dev/loop0 P 0")]
    [InlineData(
        "snapshot-merge a b PO 2097152 2 discard_zeroes_cow discard_passdown_origin",
        "a b PO 2097152 2 discard_zeroes_cow discard_passdown_origin")]
    public void Table_text_is_the_one_that_was_read(string text, string parameters)
    {
        var table = SnapshotTable.Parse($"8 4096 {text}");

        Assert.Equal(parameters, table.Parameters);
        Assert.Equal($"8 4096 {text}", table.ToString());
    }

    [Theory]
    [InlineData(" 0\t64  snapshot a b P 8\n", "P 8")]
    [InlineData("0 64 snapshot a b p 8", "P 8")]
    [InlineData("0 64 snapshot a b po 8", "PO 8")]
    [InlineData("0 64 snapshot a b Poverflow 8", "PO 8")]
    [InlineData("0 64 snapshot a b n 8", "N 8")]
    [InlineData("0 64 snapshot a b NO 8", "N 8")]
    [InlineData("0 64 snapshot a b P 00", "P 0")]
    [InlineData("0 64 snapshot a b P 8 0", "P 8")]
    [InlineData("0 64 snapshot a b P 8 1 DISCARD_zeroes_COW", "P 8 1 discard_zeroes_cow")]
    [InlineData("0 64 snapshot a b P 8 2 discard_zeroes_cow discard_zeroes_cow", "P 8 1 discard_zeroes_cow")]
    [InlineData(
        "0 64 snapshot a b P 8 2 Discard_Passdown_Origin discard_zeroes_cow",
        "P 8 2 discard_zeroes_cow discard_passdown_origin")]
    public void What_the_kernel_reads_is_printed_as_it_prints_it(string line, string text) =>
        Assert.Equal($"a b {text}", SnapshotTable.Parse(line).Parameters);

    [Fact]
    public void Every_word_has_its_place()
    {
        var table = SnapshotTable.Parse("16 5000 snapshot-merge /dev/a /dev/b PO 32 1 discard_zeroes_cow");

        Assert.Equal(SnapshotTarget.Merge, table.Target);
        Assert.Equal((16, 5_000), (table.Start, table.Length));
        Assert.Equal(("/dev/a", "/dev/b"), (table.Origin, table.Cow));
        Assert.Equal(SnapshotStoreKind.PersistentOverflow, table.StoreKind);
        Assert.Equal(32, table.ChunkSectors);
        Assert.True(table.DiscardZeroesCow);
        Assert.False(table.DiscardPassdownOrigin);
        Assert.Equal(
            SnapshotTable.OfMerge(
                16,
                5_000,
                "/dev/a",
                new SnapshotStoreSpec(
                    "/dev/b", SnapshotStoreKind.PersistentOverflow, 32, SnapshotFeatures.DiscardZeroesCow)),
            table);
    }

    [Fact]
    public void Origin_has_no_store()
    {
        var table = SnapshotTable.Parse("0 64 snapshot-origin /dev/a");

        Assert.Equal(SnapshotTable.OfOrigin(0, 64, "/dev/a"), table);
        Assert.Null(table.Store);
        Assert.Null(table.Cow);
        Assert.Null(table.StoreKind);
        Assert.False(table.DiscardZeroesCow || table.DiscardPassdownOrigin);
        Assert.Throws<InvalidOperationException>(() => table.WithChunkSectors(8));
    }

    [Fact]
    public void S14_chunk_size_of_the_head_takes_the_place_of_the_tables()
    {
        var table = SnapshotTable.Parse("0 64 snapshot a b PO 0 1 discard_zeroes_cow");

        Assert.Equal("a b PO 8 1 discard_zeroes_cow", table.WithChunkSectors(8).Parameters);
        Assert.Throws<ArgumentOutOfRangeException>(() => table.WithChunkSectors(12));
    }

    [Theory]
    [InlineData(512, 512, 32)]
    [InlineData(4_096, 512, 32)]
    [InlineData(512, 32_768, 64)]
    [InlineData(65_536, 512, 128)]
    public void New_store_has_chunks_of_32_sectors_or_of_a_block(int originBlock, int cowBlock, int sectors) =>
        Assert.Equal(sectors, SnapshotTable.NewChunkSectors(originBlock, cowBlock));

    [Fact]
    public void Chunk_of_whole_blocks_is_accepted()
    {
        SnapshotTable.CheckBlocks(8, 4_096, 512);
        SnapshotTable.CheckBlocks(1, 512, 512);
        SnapshotTable.CheckBlocks(1 << 21, 65_536, 4_096);
    }

    [Fact]
    public void What_no_line_could_say_is_refused()
    {
        var store = new SnapshotStoreSpec("b", SnapshotStoreKind.Transient, 8);

        Assert.ThrowsAny<ArgumentException>(() => SnapshotTable.OfOrigin(0, 0, "a"));
        Assert.ThrowsAny<ArgumentException>(() => SnapshotTable.OfOrigin(-1, 64, "a"));
        Assert.ThrowsAny<ArgumentException>(() => SnapshotTable.OfOrigin(0, 64, "a b"));
        Assert.ThrowsAny<ArgumentException>(() => SnapshotTable.OfSnapshot(0, 64, "", store));
        Assert.ThrowsAny<ArgumentException>(() => SnapshotTable.OfSnapshot(0, 64, "b", store));
        Assert.ThrowsAny<ArgumentException>(() => SnapshotTable.OfMerge(0, 64, "a", store));
        Assert.ThrowsAny<ArgumentException>(() => new SnapshotStoreSpec("b", SnapshotStoreKind.Transient, 0));
        Assert.ThrowsAny<ArgumentException>(() => new SnapshotStoreSpec("b", SnapshotStoreKind.Persistent, 12));
        Assert.ThrowsAny<ArgumentException>(() => new SnapshotStoreSpec("b", (SnapshotStoreKind)3, 8));
        Assert.ThrowsAny<ArgumentException>(() => new SnapshotStoreSpec(" ", SnapshotStoreKind.Persistent, 8));
        Assert.ThrowsAny<ArgumentException>(() => new SnapshotStoreSpec(
            "b", SnapshotStoreKind.Persistent, 8, SnapshotFeatures.DiscardPassdownOrigin));
    }

    [Fact]
    public void What_is_printed_is_read_as_the_same() =>
        Seeded.ForAll(Tables(), table => Assert.Equal(table, SnapshotTable.Parse($"{table}")));

    private static Arbitrary<SnapshotTable> Tables()
    {
        var letters = Gen.Elements("abzAZ09._-/:%,+@=~\u00e9".ToCharArray());
        var devices = from letter in letters
                      from more in letters.ArrayOf()
                      select new string([letter, .. more]);
        var stores = from device in devices
                     from kind in Gen.Elements(Enum.GetValues<SnapshotStoreKind>())
                     from shift in Gen.Choose(kind == SnapshotStoreKind.Transient ? 0 : -1, 21)
                     from features in Gen.Elements(
                         SnapshotFeatures.None,
                         SnapshotFeatures.DiscardZeroesCow,
                         SnapshotFeatures.DiscardZeroesCow | SnapshotFeatures.DiscardPassdownOrigin)
                     select new SnapshotStoreSpec($"c{device}", kind, shift < 0 ? 0 : 1 << shift, features);
        var tables = from start in Gen.Choose(0, int.MaxValue)
                     from length in Gen.Choose(1, int.MaxValue)
                     from device in devices
                     from store in stores
                     from target in Gen.Elements(Enum.GetValues<SnapshotTarget>())
                     let origin = $"o{device}"
                     select (target, store.Kind) switch
                     {
                         (SnapshotTarget.Origin, _) => SnapshotTable.OfOrigin(start, length * 4_000_000L, origin),
                         (SnapshotTarget.Merge, not SnapshotStoreKind.Transient) =>
                             SnapshotTable.OfMerge(start, length, origin, store),
                         _ => SnapshotTable.OfSnapshot(start, length, origin, store),
                     };
        return Arb.From(tables);
    }
}
