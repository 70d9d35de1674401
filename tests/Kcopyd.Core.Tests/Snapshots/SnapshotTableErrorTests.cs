using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

public sealed class SnapshotTableErrorTests
{
    private const string NoStore = "Couldn't create exception store";
    private const string BadFeatures = "Invalid number of feature arguments";

    [Theory]
    [InlineData("", 1, "The line ends after word 0, but a line begins with a start, a length and a target.")]
    [InlineData("0 64", 3, "The line ends after word 2, but a line begins with a start, a length and a target.")]
    [InlineData("x 64 snapshot", 1, "Word 1 is 'x', but the start is a whole number.")]
    [InlineData("0 -1 snapshot", 2, "Word 2 is '-1', but the length is a whole number.")]
    [InlineData("0 00 snapshot", 2, "Word 2 is '00', but the length is at least 1.")]
    [InlineData(
        "8 18014398509481980 snapshot",
        2,
        "Word 2 is '18014398509481980', but the length is at most 18014398509481975.")]
    [InlineData(
        "0 64 Snapshot a b P 8",
        3,
        "Word 3 is 'Snapshot', but the targets are snapshot-origin, snapshot and snapshot-merge.")]
    public void Line_that_is_not_about_a_snapshot(string line, int word, string message)
    {
        var error = Assert.Throws<SnapshotTableException>(() => SnapshotTable.Parse(line));

        Assert.Equal(message, error.Message);
        Assert.Equal(word, error.Word);
        Assert.Null(error.KernelMessage);
    }

    [Theory]
    [InlineData("", 4, "the line ends after word 3, but the origin must follow")]
    [InlineData(" a b", 5, "word 5 is 'b', but the table is complete before it")]
    public void Origin_has_exactly_one_argument(string text, int word, string reason) =>
        Refused($"snapshot-origin{text}", word, "origin: incorrect number of arguments", reason);

    [Theory]
    [InlineData("snapshot", 4, 3)]
    [InlineData("snapshot a b P", 7, 6)]
    [InlineData("snapshot-merge a b P", 7, 6)]
    public void Snapshot_has_four_arguments(string text, int word, int last) =>
        Refused(
            text,
            word,
            "requires 4 or more arguments",
            $"the line ends after word {last}, but an origin, a COW device, a store type and a chunk size must follow");

    [Theory]
    [InlineData("x", 8, "word 8 is 'x', but the number of features is a whole number")]
    [InlineData("1x discard_zeroes_cow", 8, "word 8 is '1x', but the number of features is a whole number")]
    [InlineData("3 a b c", 8, "word 8 is '3', but the number of features is at most 2")]
    [InlineData("1", 9, "the line ends after word 8, but word 8 announces 1 more")]
    [InlineData("2 discard_zeroes_cow", 10, "the line ends after word 9, but word 8 announces 2 more")]
    public void Number_of_features_that_cannot_be(string features, int word, string reason) =>
        Refused($"snapshot a b P 8 {features}", word, BadFeatures, reason);

    [Theory]
    [InlineData("1 foo", 9, "foo")]
    [InlineData("2 discard_zeroes_cow discard_zeroes", 10, "discard_zeroes")]
    public void Feature_that_is_unknown(string features, int word, string name) =>
        Refused(
            $"snapshot a b P 8 {features}",
            word,
            "Unrecognised feature requested",
            $"word {word} is '{name}', but the features are discard_zeroes_cow and discard_passdown_origin");

    [Theory]
    [InlineData("1 discard_passdown_origin")]
    [InlineData("2 discard_passdown_origin discard_passdown_origin")]
    public void Passdown_without_zeroes(string features) =>
        Refused(
            $"snapshot a b P 8 {features}",
            9,
            "discard_passdown_origin feature depends on discard_zeroes_cow",
            "word 9 is 'discard_passdown_origin', but discard_zeroes_cow is not among the features");

    [Theory]
    [InlineData("0 junk", 9)]
    [InlineData("1 discard_zeroes_cow junk", 10)]
    public void Words_that_the_kernel_would_overlook(string features, int word)
    {
        var error = Assert.Throws<SnapshotTableException>(
            () => SnapshotTable.Parse($"0 64 snapshot a b P 8 {features}"));

        Assert.Equal($"Word {word} is 'junk', but the table is complete before it.", error.Message);
        Assert.Equal(word, error.Word);
        Assert.Null(error.KernelMessage);
    }

    [Fact]
    public void S15_cow_device_that_is_the_origin() =>
        Refused(
            "snapshot a a P 8",
            5,
            "COW device cannot be the same as origin device",
            "word 5 is 'a', but that is the origin");

    [Theory]
    [InlineData("X")]
    [InlineData("PX")]
    [InlineData("PXO")]
    [InlineData("OP")]
    public void Store_type_that_is_unknown(string type) =>
        Refused(
            $"snapshot a b {type} 8",
            6,
            "Exception store type is not P or N",
            $"word 6 is '{type}', but the store types are P, PO and N",
            NoStore);

    [Theory]
    [InlineData("x", "is a whole number")]
    [InlineData("16k", "is a whole number")]
    [InlineData("-16", "is a whole number")]
    [InlineData("0x10", "is a whole number")]
    [InlineData("\u0661", "is a whole number")]
    [InlineData("4294967296", "is at most 4294967295")]
    [InlineData("99999999999999999999", "is at most 4294967295")]
    public void Chunk_size_that_is_no_number(string size, string why) =>
        Refused(
            $"snapshot a b P {size}",
            7,
            "Invalid chunk size",
            $"word 7 is '{size}', but the chunk size {why}",
            NoStore);

    [Theory]
    [InlineData("12")]
    [InlineData("3")]
    [InlineData("4294967295")]
    [InlineData("12582912")]
    public void S15_chunk_size_that_is_no_power_of_two(string size) =>
        Refused(
            $"snapshot a b P {size}",
            7,
            "Chunk size is not a power of 2",
            $"word 7 is '{size}', but the chunk size must be one",
            NoStore);

    [Theory]
    [InlineData("4194304")]
    [InlineData("2147483648")]
    public void Chunk_size_that_is_too_high(string size) =>
        Refused(
            $"snapshot a b P {size}",
            7,
            "Chunk size is too high",
            $"word 7 is '{size}', but a chunk has fewer than 4194304 sectors",
            NoStore);

    [Fact]
    public void S15_chunk_size_that_no_head_can_say() =>
        Refused(
            "snapshot a b N 0",
            7,
            "Chunk size not set",
            "word 7 is '0', but only a store of type P or PO can say its chunk size itself");

    [Fact]
    public void Transient_store_is_never_merged()
    {
        const string Kernel = "Snapshot exception store does not support snapshot-merge.";
        var error = Assert.Throws<SnapshotTableException>(() => SnapshotTable.Parse("0 64 snapshot-merge a b n 8"));

        Assert.Equal($"{Kernel[..^1]}: word 6 is 'n', but only a store of type P or PO can be merged.", error.Message);
        Assert.Equal(6, error.Word);
        Assert.Equal(Kernel, error.KernelMessage);
    }

    [Theory]
    [InlineData("snapshot a a X 12 1 foo", "Unrecognised feature requested")]
    [InlineData("snapshot a a X 12", "COW device cannot be the same as origin device")]
    [InlineData("snapshot a b X 12", "Exception store type is not P or N")]
    public void First_fault_is_the_one_that_the_kernel_sees_first(string text, string error) =>
        Assert.StartsWith(
            error, Assert.Throws<SnapshotTableException>(() => SnapshotTable.Parse($"0 64 {text}")).Message);

    [Theory]
    [InlineData(1, 512, 4_096, "a chunk has 512 bytes, but a block of the COW device has 4096")]
    [InlineData(4, 4_096, 512, "a chunk has 2048 bytes, but a block of the origin has 4096")]
    public void Chunk_size_that_cuts_blocks(int sectors, int originBlock, int cowBlock, string reason)
    {
        var error = Assert.Throws<SnapshotTableException>(
            () => SnapshotTable.CheckBlocks(sectors, originBlock, cowBlock));

        Assert.Equal($"Chunk size is not a multiple of device blocksize: {reason}.", error.Message);
        Assert.Equal(NoStore, error.KernelMessage);
        Assert.Null(error.Word);
    }

    private static void Refused(string text, int word, string said, string reason, string? kernel = null)
    {
        var error = Assert.Throws<SnapshotTableException>(() => SnapshotTable.Parse($"0 64 {text}"));

        Assert.Equal($"{said}: {reason}.", error.Message);
        Assert.Equal(kernel ?? said, error.KernelMessage);
        Assert.Equal(word, error.Word);
    }
}
