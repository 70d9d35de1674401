using FsCheck;
using FsCheck.Fluent;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

public sealed class DirtyLogImageTests
{
    private const int Block = 512;

    [Fact]
    public void M9_image_has_the_documented_bytes()
    {
        // 2,048 sectors in regions of 512: four regions, all clean, then region 2 is dirty.
        var image = DirtyLogImage.Resume(Empty(4), 4, MirrorSync.NoSync, Block);

        Assert.Equal("7252694D020000000400000000000000", Convert.ToHexString(image.Bytes.Span[..16]));
        Assert.Equal(0x0F, image.Bytes.Span[1024]);

        Assert.True(image.MarkDirty(2));
        Assert.Equal(0x0B, image.Bytes.Span[1024]);
        Assert.Equal(1536, image.Bytes.Length);
        Assert.True(image.Bytes.Span[1025..].IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public void M9_bytes_between_head_and_bits_are_written_back()
    {
        var read = LogOf(100, 100, 0xFF);
        read.AsSpan(16, 1008).Fill(0xC3);
        read.AsSpan(1024 + 16).Fill(0x3C);

        var image = DirtyLogImage.Resume(read, 100, MirrorSync.Sync, Block);

        Assert.Equal(read[16..1024], image.Bytes[16..1024].ToArray());
        Assert.Equal(read[1040..], image.Bytes[1040..].ToArray());
    }

    [Fact]
    public void M9_bytes_between_head_and_bits_are_kept_where_there_was_no_log()
    {
        var read = new byte[1536];
        Array.Fill(read, (byte)0xA5);

        var image = DirtyLogImage.Resume(read, 4, MirrorSync.Default, Block);

        Assert.Equal(new DirtyLogFinding.Absent(0xA5A5_A5A5), image.Finding);
        Assert.Equal(read[16..1024], image.Bytes[16..1024].ToArray());
        Assert.Equal(new byte[8], image.Bytes[1024..1032].ToArray());
    }

    [Fact]
    public void M10_grown_log_has_its_new_regions_dirty()
    {
        var image = DirtyLogImage.Resume(LogOf(100, 150, 0xFF), 150, MirrorSync.Default, Block);

        Assert.Equal(100, image.Bits.NextClear(0));
        Assert.Equal(-1, image.Bits.NextSet(100));
        Assert.Equal(150, image.RegionCount);
        Assert.Equal("9600000000000000", Convert.ToHexString(image.Bytes.Span[8..16]));
    }

    [Fact]
    public void M10_shrunk_log_has_the_rest_of_its_last_word_cleared()
    {
        var image = DirtyLogImage.Resume(LogOf(100, 100, 0xFF), 50, MirrorSync.Default, Block);

        Assert.Equal(50, image.Bits.SetCount);
        Assert.Equal("FFFFFFFFFFFF0300", Convert.ToHexString(image.Bytes.Span[1024..1032]));
        Assert.Equal("3200000000000000", Convert.ToHexString(image.Bytes.Span[8..16]));
    }

    [Fact]
    public void M11_log_with_another_magic_is_absent_and_everything_is_dirty()
    {
        var read = LogOf(100, 100, 0xFF);
        read[0] ^= 1;

        var image = DirtyLogImage.Resume(read, 100, MirrorSync.Default, Block);

        Assert.Equal(new DirtyLogFinding.Absent(0x4D69_5273), image.Finding);
        Assert.Equal(0, image.Bits.SetCount);
        Assert.Equal("72", Convert.ToHexString(image.Bytes.Span[..1]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(1024)]
    [InlineData(1535)]
    public void M11_log_that_could_not_be_read_whole_is_unreadable_and_everything_is_dirty(int? length)
    {
        var read = length is { } count ? LogOf(100, 100, 0xFF)[..count] : null;

        var image = DirtyLogImage.Resume(read, 100, MirrorSync.Default, Block);

        Assert.Equal(new DirtyLogFinding.Unreadable(), image.Finding);
        Assert.Equal(0, image.Bits.SetCount);
        Assert.Equal([SectorRange.Create(0, 3)], image.TakeChanges().Blocks.AsEnumerable());
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(uint.MaxValue)]
    public void M11_log_of_another_version_is_named_and_everything_is_dirty(uint version)
    {
        var read = LogOf(100, 100, 0xFF, version);

        var image = DirtyLogImage.Resume(read, 100, MirrorSync.Default, Block);

        Assert.Equal(new DirtyLogFinding.UnknownVersion(version), image.Finding);
        Assert.Equal(0, image.Bits.SetCount);
    }

    // The log has the bits 0xFF… or 0x55… for so many regions; the table has 100.
    [Theory]
    [InlineData(100, 0xFF, MirrorSync.Default, 100)]
    [InlineData(100, 0x55, MirrorSync.Default, 50)]
    [InlineData(100, 0xFF, MirrorSync.Sync, 0)]
    [InlineData(100, 0x55, MirrorSync.Sync, 0)]
    [InlineData(100, 0x55, MirrorSync.NoSync, 100)]
    [InlineData(100, 0x00, MirrorSync.NoSync, 100)]
    [InlineData(70, 0xFF, MirrorSync.Default, 70)]
    [InlineData(70, 0x55, MirrorSync.Default, 35)]
    [InlineData(70, 0xFF, MirrorSync.Sync, 0)]
    [InlineData(70, 0x55, MirrorSync.NoSync, 100)]
    [InlineData(0, 0xFF, MirrorSync.Default, 0)]
    [InlineData(long.MaxValue, 0x55, MirrorSync.Default, 50)]
    public void M12_clean_regions_of_a_resume_follow_the_log_and_the_table(
        long regions, byte bits, MirrorSync sync, long clean)
    {
        var read = LogOf((ulong)regions, 100, bits);

        for (var resume = 0; resume < 2; resume++)
        {
            var image = DirtyLogImage.Resume(read, 100, sync, Block);

            Assert.IsType<DirtyLogFinding.Good>(image.Finding);
            Assert.Equal(clean, image.Bits.SetCount);
            Assert.Equal("6400000000000000", Convert.ToHexString(image.Bytes.Span[8..16]));
            read = image.Bytes.ToArray();
        }
    }

    [Fact]
    public void Regions_that_are_clean_after_a_resume_are_those_of_the_log()
    {
        var image = DirtyLogImage.Resume(LogOf(100, 100, 0x55), 100, MirrorSync.Default, Block);

        Assert.All(Enumerable.Range(0, 100), region => Assert.Equal(region % 2 == 0, image.Bits[region]));
    }

    [Fact]
    public void Version_1_is_read_like_2_and_written_as_2()
    {
        var image = DirtyLogImage.Resume(LogOf(100, 100, 0x55, version: 1), 100, MirrorSync.Default, Block);

        Assert.Equal(new DirtyLogFinding.Good(new DirtyLogHeader(1, 100)), image.Finding);
        Assert.Equal(50, image.Bits.SetCount);
        Assert.Equal("02000000", Convert.ToHexString(image.Bytes.Span[4..8]));
    }

    [Fact]
    public void Torn_image_counts_bit_by_bit()
    {
        // Blocks of 512 bytes: the head and its bits were written for 8,192 regions, the last block is an old one.
        var read = LogOf(8_192, 8_192, 0xFF);
        read.AsSpan(1536, 512).Clear();

        var image = DirtyLogImage.Resume(read, 8_192, MirrorSync.Default, Block);

        Assert.Equal(4_096, image.Bits.SetCount);
        Assert.Equal(4_096, image.Bits.NextClear(0));
    }

    [Theory]
    [InlineData(1, 512, 1536)]
    [InlineData(64, 512, 1536)]
    [InlineData(4_096, 512, 1536)]
    [InlineData(4_097, 512, 2048)]
    [InlineData(1, 4096, 4096)]
    [InlineData(8 * 3_072, 4096, 4096)]
    [InlineData((8 * 3_072) + 1, 4096, 8192)]
    [InlineData(1L << 32, 512, (1L << 29) + 1024)]
    public void Size_is_whole_words_in_whole_blocks(long regions, int blockSize, long bytes) =>
        Assert.Equal(bytes, DirtyLogImage.SizeOf(regions, blockSize));

    [Theory]
    [InlineData(0, 512)]
    [InlineData((1L << 32) + 1, 512)]
    [InlineData(1, 256)]
    [InlineData(1, 1_536)]
    [InlineData(1, 1 << 21)]
    public void Sizes_out_of_range_are_refused(long regions, int blockSize) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DirtyLogImage.SizeOf(regions, blockSize));

    [Fact]
    public void Head_block_alone_is_changed_by_a_resume_that_changes_no_bit()
    {
        var image = DirtyLogImage.Resume(LogOf(8_192, 8_192, 0xFF), 8_192, MirrorSync.Default, Block);

        var changes = image.TakeChanges();

        Assert.Equal([SectorRange.Create(0, 1)], changes.Blocks.AsEnumerable());
        Assert.True(changes.NeedsFlush);
        Assert.True(image.TakeChanges().IsEmpty);
    }

    [Fact]
    public void Only_blocks_with_new_marks_are_taken_and_only_dirty_ones_need_a_flush()
    {
        var image = DirtyLogImage.Resume(LogOf(20_000, 20_000, 0xFF), 20_000, MirrorSync.Default, Block);
        image.TakeChanges();

        Assert.True(image.MarkDirty(0));
        Assert.True(image.MarkDirty(4_096));
        Assert.True(image.MarkDirty(19_999));
        Assert.False(image.MarkDirty(19_999));
        Assert.False(image.MarkClean(1));
        var dirty = image.TakeChanges();
        Assert.True(image.MarkClean(19_999));
        var clean = image.TakeChanges();

        // Bits of 4,096 regions fill a block, and the first block of bits is block 2.
        Assert.Equal([SectorRange.Create(2, 2), SectorRange.Create(6, 1)], dirty.Blocks.AsEnumerable());
        Assert.True(dirty.NeedsFlush);
        Assert.Equal([SectorRange.Create(6, 1)], clean.Blocks.AsEnumerable());
        Assert.False(clean.NeedsFlush);
    }

    [Fact]
    public void Marks_of_regions_that_are_not_there_are_refused()
    {
        var image = DirtyLogImage.Resume(null, 100, MirrorSync.Default, Block);

        Assert.Throws<ArgumentOutOfRangeException>(() => image.MarkDirty(100));
        Assert.Throws<ArgumentOutOfRangeException>(() => image.MarkClean(-1));
    }

    [Fact]
    public void Changed_blocks_over_an_old_copy_are_the_image_after_any_marks() =>
        Seeded.ForAll(Runs(), run =>
        {
            var disk = LogOf((ulong)run.OldRegions, Math.Max(run.OldRegions, run.Regions), 0x5A, run.BlockSize);
            var image = DirtyLogImage.Resume(disk, run.Regions, run.Sync, run.BlockSize);
            var model = Enumerable.Range(0, run.Regions).Select(region => image.Bits[region]).ToArray();
            foreach (var (region, clean, takes) in run.Marks)
            {
                Assert.Equal(model[region] != clean, clean ? image.MarkClean(region) : image.MarkDirty(region));
                model[region] = clean;
                if (takes)
                {
                    Store(image, disk, run.BlockSize);
                }
            }

            Store(image, disk, run.BlockSize);
            Assert.Equal(image.Bytes.ToArray(), disk[..image.Bytes.Length]);
            Assert.Equal(model, Enumerable.Range(0, run.Regions).Select(region => BitOnDisk(disk, region)));
            Assert.Equal(model.Count(clean => clean), image.Bits.SetCount);

            var next = DirtyLogImage.Resume(disk, run.Regions, MirrorSync.Default, run.BlockSize);
            Assert.Equal(image.Bits.Words.ToArray(), next.Bits.Words.ToArray());
        });

    /// <summary>A log of 100 regions with every seventh dirty, as it was first written.</summary>
    /// <remarks>
    /// <c>DirtyLog-v2.bin</c> is what this test writes where <c>KCOPYD_GOLDEN</c> names a folder. A log that was
    /// written once is read by every later version.
    /// </remarks>
    [Fact]
    public void Log_of_the_first_release_is_read_and_written_to_the_byte()
    {
        var fresh = DirtyLogImage.Resume(Empty(100), 100, MirrorSync.NoSync, Block);
        Assert.All(Enumerable.Range(0, 100).Where(region => region % 7 == 0), region => fresh.MarkDirty(region));
        if (Environment.GetEnvironmentVariable("KCOPYD_GOLDEN") is { Length: > 0 } folder)
        {
            File.WriteAllBytes(Path.Combine(folder, "DirtyLog-v2.bin"), fresh.Bytes.Span);
        }

        var golden = File.ReadAllBytes(
            Path.Combine(AppContext.BaseDirectory, "Mirrors", "Golden", "DirtyLog-v2.bin"));
        var kept = DirtyLogImage.Resume(golden, 100, MirrorSync.Default, Block);

        Assert.Equal(golden, fresh.Bytes.ToArray());
        Assert.Equal(golden, kept.Bytes.ToArray());
        Assert.All(Enumerable.Range(0, 100), region => Assert.Equal(region % 7 != 0, kept.Bits[region]));
    }

    private static byte[] Empty(long regions) => new byte[DirtyLogImage.SizeOf(regions, Block)];

    /// <summary>A log as a disk has it: written for some regions, with room for others, bits of a pattern.</summary>
    private static byte[] LogOf(ulong regions, long room, byte bits, uint version = 2) =>
        LogOf(regions, room, bits, Block, version);

    private static byte[] LogOf(ulong regions, long room, byte bits, int blockSize, uint version = 2)
    {
        var bytes = new byte[DirtyLogImage.SizeOf(room, blockSize)];
        new DirtyLogHeader(version, regions).Write(bytes);
        bytes.AsSpan(1024, (int)((room + 63) / 64 * 8)).Fill(bits);
        return bytes;
    }

    private static bool BitOnDisk(byte[] disk, int region) => (disk[1024 + (region / 8)] & (1 << (region % 8))) != 0;

    private static void Store(DirtyLogImage image, byte[] disk, int blockSize)
    {
        foreach (var block in image.TakeChanges().Blocks)
        {
            Assert.Equal(0, block.StartBytes % blockSize);
            Assert.Equal(0, block.CountBytes % blockSize);
            image.Bytes.Span.Slice((int)block.StartBytes, (int)block.CountBytes)
                .CopyTo(disk.AsSpan((int)block.StartBytes));
        }
    }

    private static Arbitrary<LogRun> Runs()
    {
        var runs = from old in Gen.Choose(1, 20_000)
                   from regions in Gen.Choose(1, 20_000)
                   from sync in Gen.Elements(MirrorSync.Default, MirrorSync.Sync, MirrorSync.NoSync)
                   from blockSize in Gen.Elements(512, 4096)
                   from marks in (from region in Gen.Choose(0, regions - 1)
                                  from clean in Gen.Elements(true, false)
                                  from takes in Gen.Choose(0, 4)
                                  select (region, clean, takes == 0)).ArrayOf()
                   select new LogRun(old, regions, sync, blockSize, marks);
        return Arb.From(runs);
    }

    private sealed record LogRun(
        int OldRegions, int Regions, MirrorSync Sync, int BlockSize, (int Region, bool Clean, bool Takes)[] Marks);
}
