using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

public sealed class CowHeaderTests
{
    [Theory]
    [InlineData(true, 16, "536E4170010000000100000010000000")]
    [InlineData(false, 8, "536E4170000000000100000008000000")]
    [InlineData(true, 1 << 21, "536E4170010000000100000000002000")]
    public void S1_head_has_the_documented_bytes(bool isValid, int chunkSectors, string hex)
    {
        var header = CowHeader.For(new CowLayout(chunkSectors)) with { IsValid = isValid };
        var bytes = new byte[18];
        header.Write(bytes);

        Assert.Equal(hex + "0000", Convert.ToHexString(bytes));
        Assert.Equal(
            isValid ? new CowFinding.Good(header) : new CowFinding.Invalid(header), CowHeader.Read(bytes));
    }

    [Theory]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("00000000FFFFFFFFFFFFFFFFFFFFFFFF")]
    public void S14_device_that_begins_with_four_zeros_is_new(string hex) => Finds(hex, new CowFinding.New());

    [Theory]
    [InlineData("70416E53010000000100000010000000", 0x536E_4170u)]
    [InlineData("01000000010000000100000010000000", 1u)]
    [InlineData("72526950020000000400000000000000", 0x5069_5272u)]
    [InlineData("536E4171010000000100000010000000", 0x7141_6E53u)]
    public void S14_other_magic_is_foreign(string hex, uint magic) => Finds(hex, new CowFinding.Foreign(magic));

    [Theory]
    [InlineData("536E4170010000000200000010000000", 2u)]
    [InlineData("536E4170000000000000000010000000", 0u)]
    [InlineData("536E417001000000FFFFFFFF10000000", uint.MaxValue)]
    [InlineData("536E4170010000000200000003000000", 2u)]
    public void Other_version_is_found_whatever_else_the_head_says(string hex, uint version) =>
        Finds(hex, new CowFinding.OtherVersion(version));

    [Theory]
    [InlineData("536E417001000000010000000C000000", 12)]
    [InlineData("536E4170000000000100000000000000", 0)]
    [InlineData("536E4170010000000100000000004000", 1 << 22)]
    [InlineData("536E41700100000001000000FFFFFFFF", uint.MaxValue)]
    public void Chunk_size_that_no_store_has_is_damage(string hex, long sectors) =>
        Finds(hex, new CowFinding.BadChunkSize(sectors));

    [Fact]
    public void S13_store_is_invalid_only_when_its_flag_is_0() =>
        Finds("536E4170000001000100000010000000", new CowFinding.Good(new CowHeader(true, 1, 16)));

    [Fact]
    public void Head_needs_its_16_bytes()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => CowHeader.Read(new byte[15]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CowHeader(true, 1, 16).Write(new byte[15]));
    }

    [Fact]
    public void Findings_end_a_sentence()
    {
        var header = new CowHeader(true, 1, 16);

        Assert.Equal("no COW store yet", new CowFinding.New().ToString());
        Assert.Equal("a COW store with chunks of 16 sectors", new CowFinding.Good(header).ToString());
        Assert.Equal("an invalidated COW store with chunks of 16 sectors", new CowFinding.Invalid(header).ToString());
        Assert.Equal(
            "no COW store: its magic is 0x0000ef53, that of a store is 0x70416e53 and that of an empty device is 0",
            new CowFinding.Foreign(0xEF53).ToString());
        Assert.Equal("a COW store of version 2; version 1 can be read", new CowFinding.OtherVersion(2).ToString());
        Assert.Equal(
            "a damaged COW store: its chunk size is 12 sectors, but one is a power of two, less than 4194304",
            new CowFinding.BadChunkSize(12).ToString());
    }

    private static void Finds(string hex, CowFinding finding) =>
        Assert.Equal(finding, CowHeader.Read(Convert.FromHexString(hex)));
}
