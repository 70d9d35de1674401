using FsCheck;
using FsCheck.Fluent;

namespace Kcopyd.Core.Tests;

public sealed class SizeTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("17", 17)]
    [InlineData("17b", 17)]
    [InlineData("17 B", 17)]
    [InlineData("4K", 4096)]
    [InlineData("4k", 4096)]
    [InlineData("4KiB", 4096)]
    [InlineData("4kib", 4096)]
    [InlineData("4kB", 4000)]
    [InlineData("4KB", 4000)]
    [InlineData(" 64 MiB ", 64L << 20)]
    [InlineData("64MB", 64_000_000)]
    [InlineData("1.5G", 3L << 29)]
    [InlineData(".5K", 512)]
    [InlineData("1.K", 1024)]
    [InlineData("0.001kB", 1)]
    [InlineData("1E", 1L << 60)]
    [InlineData("8s", 4096)]
    [InlineData("1.5s", 768)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("9007199254740991.9990234375K", long.MaxValue)]
    [InlineData("9223372036854775.807kB", long.MaxValue)]
    public void Sizes_are_read(string text, long bytes)
    {
        Assert.True(SizeText.TryParse(text, out var read), text);
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("K")]
    [InlineData(".")]
    [InlineData(".K")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.2.3")]
    [InlineData("1,5K")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("4Kb")]
    [InlineData("4KK")]
    [InlineData("4KiBs")]
    [InlineData("4S")]
    [InlineData("4 sectors")]
    [InlineData("4X")]
    [InlineData("0.3K")]
    [InlineData("1.5")]
    [InlineData("0.0001kB")]
    [InlineData("8E")]
    [InlineData("9223372036854775808")]
    [InlineData("9223372036854775.808kB")]
    [InlineData("18014398509481984s")]
    [InlineData("99999999999999999999999999999999999999999")]
    public void What_is_no_size_is_refused(string? text)
    {
        Assert.False(SizeText.TryParse(text, out var read), text);
        Assert.Equal(0, read);
    }

    [Theory]
    [InlineData("0.00000000000000000000000000000000000001K")]
    [InlineData("1.00000000000000000000000000000000000001")]
    public void Fraction_too_small_to_count_is_refused_and_not_rounded_away(string text) =>
        Assert.False(SizeText.TryParse(text, out _), text);

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(17, "17 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(512 << 10, "512 KiB")]
    [InlineData((1 << 20) - 1, "1 MiB")]
    [InlineData(1023L << 10, "1023 KiB")]
    [InlineData(3L << 29, "1.5 GiB")]
    [InlineData(long.MaxValue, "8 EiB")]
    [InlineData(long.MinValue, "-8 EiB")]
    [InlineData(-1536, "-1.5 KiB")]
    public void Sizes_are_written_as_people_read_them(long bytes, string text) =>
        Assert.Equal(text, SizeText.Format(bytes));

    [Fact]
    public void What_was_written_reads_back_within_its_last_digit() =>
        Seeded.ForAll(Sizes(), bytes =>
        {
            // A tenth of a unit is no whole number of bytes: the digits are read without it.
            var text = SizeText.Format(bytes);
            var parts = text.Split(' ');
            var power = "KMGTPE".IndexOf(parts[1][0], StringComparison.Ordinal) + 1;
            var unit = Math.Pow(1024, power);
            var read = double.Parse(parts[0]) * unit;

            Assert.InRange(read - bytes, -0.051 * unit, 0.051 * unit);
            Assert.DoesNotContain("1024", parts[0], StringComparison.Ordinal);
        });

    [Fact]
    public void Every_suffix_reads_whole_numbers_exactly() =>
        Seeded.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), count =>
        {
            foreach (var (suffix, unit) in Suffixes)
            {
                var fits = count <= long.MaxValue / unit;
                Assert.Equal(fits, SizeText.TryParse($"{count}{suffix}", out var bytes));
                Assert.Equal(fits ? count * unit : 0, bytes);
            }
        });

    [Fact]
    public void Byte_counts_add_and_subtract_or_throw()
    {
        Assert.Equal(512.KiB, 256.KiB + 256.KiB);
        Assert.Equal(ByteCount.Zero, 1.GiB - 1024.MiB);
        Assert.Throws<OverflowException>(() => new ByteCount(long.MaxValue) + 1.KiB);
        Assert.Throws<OverflowException>(() => new ByteCount(long.MinValue) - 1.KiB);
        Assert.Equal((long)int.MaxValue << 30, int.MaxValue.GiB.Value);
        Assert.True(1.KiB < 1.MiB);
        Assert.Equal("64 MiB", 64.MiB.ToString());
    }

    private static (string Suffix, long Unit)[] Suffixes =>
    [
        ("", 1), ("b", 1), ("B", 1), ("s", 512),
        ("K", 1L << 10), ("M", 1L << 20), ("G", 1L << 30), ("T", 1L << 40), ("P", 1L << 50), ("E", 1L << 60),
        ("KiB", 1L << 10), ("EiB", 1L << 60),
        ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("EB", 1_000_000_000_000_000_000),
    ];

    private static Arbitrary<long> Sizes() =>
        (from bits in Gen.Choose(0, 62)
         from low in Gen.Choose(0, int.MaxValue)
         select (1L << bits) + (low % (1L << bits))).ToArbitrary();
}
