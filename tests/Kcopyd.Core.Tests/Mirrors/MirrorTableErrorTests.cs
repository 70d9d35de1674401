using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

public sealed class MirrorTableErrorTests
{
    private const string NoLog = "Error creating mirror dirty log";

    [Theory]
    [InlineData(
        "",
        1,
        "The line ends after word 0, but a line begins with the mirror's start, its length and 'mirror'.")]
    [InlineData(
        "0 8",
        3,
        "The line ends after word 2, but a line begins with the mirror's start, its length and 'mirror'.")]
    [InlineData("x 8192 mirror", 1, "Word 1 is 'x', but the mirror's start is a whole number.")]
    [InlineData("0 8k mirror", 2, "Word 2 is '8k', but the mirror's length is a whole number.")]
    [InlineData("0 0 mirror", 2, "Word 2 is '0', but the mirror's length is at least 1.")]
    [InlineData("0 -8 mirror", 2, "Word 2 is '-8', but the mirror's length is a whole number.")]
    [InlineData(
        "8 18014398509481980 mirror",
        2,
        "Word 2 is '18014398509481980', but the mirror's length is at most 18014398509481975.")]
    [InlineData("0 8192 raid1", 3, "Word 3 is 'raid1', but the target is 'mirror'.")]
    [InlineData("0 8192 Mirror", 3, "Word 3 is 'Mirror', but the target is 'mirror'.")]
    public void Line_that_names_no_mirror_is_refused(string line, int word, string message)
    {
        var error = Assert.Throws<MirrorTableException>(() => MirrorTable.Parse(line));

        Assert.Equal(message, error.Message);
        Assert.Equal(word, error.Word);
        Assert.Null(error.KernelMessage);
    }

    [Theory]
    [InlineData("", 4, "the line ends after word 3, but a log type and its number of arguments must follow")]
    [InlineData("core", 5, "the line ends after word 4, but a log type and its number of arguments must follow")]
    [InlineData("core 2 1024", 7, "the line ends after word 6, but word 5 announces 2 more")]
    [InlineData("core 2147483647 1024", 7, "the line ends after word 6, but word 5 announces 2147483647 more")]
    public void M25_log_arguments_that_are_missing(string text, int word, string reason) =>
        Refused(text, word, "Insufficient mirror log arguments", reason);

    [Theory]
    [InlineData("core x 1024", "word 5 is 'x', but the number of log arguments is a whole number")]
    [InlineData("core 1x 1024", "word 5 is '1x', but the number of log arguments is a whole number")]
    [InlineData("core -1 1024", "word 5 is '-1', but the number of log arguments is a whole number")]
    [InlineData(
        "core 99999999999999999999 8",
        "word 5 is '99999999999999999999', but the number of log arguments is at most 2147483647")]
    public void M25_log_argument_count_that_is_no_number(string text, string reason) =>
        Refused(text, 5, "Invalid mirror log argument count", reason);

    [Theory]
    [InlineData(
        "userspace 3 uuid clustered-core x 2 a 0 b 0",
        "word 4 is 'userspace', but the log types are core, disk and journal")]
    [InlineData("Core 1 1024 2 a 0 b 0", "word 4 is 'Core', but the log types are core, disk and journal")]
    [InlineData("core 0 2 a 0 b 0", "word 5 is '0', but a core log has 1 or 2 arguments")]
    [InlineData("core 3 l 8 sync 2 a 0 b 0", "word 5 is '3', but a core log has 1 or 2 arguments")]
    [InlineData("disk 1 8 2 a 0 b 0", "word 5 is '1', but a disk log has 2 or 3 arguments")]
    [InlineData("disk 4 l 8 sync x 2 a 0 b 0", "word 5 is '4', but a disk log has 2 or 3 arguments")]
    [InlineData("journal 1 8 2 a 0 b 0", "word 5 is '1', but a journal log has 2 or 3 arguments")]
    [InlineData("journal 4 n 8 sync x 2 a 0 b 0", "word 5 is '4', but a journal log has 2 or 3 arguments")]
    [InlineData("core 1 12x 2 a 0 b 0", "word 6 is '12x', but the region size is a whole number")]
    [InlineData("core 1 3 2 a 0 b 0", "word 6 is '3', but the region size is a power of two, at least 2 sectors")]
    [InlineData("core 1 1 2 a 0 b 0", "word 6 is '1', but the region size is a power of two, at least 2 sectors")]
    [InlineData("core 1 0 2 a 0 b 0", "word 6 is '0', but the region size is a power of two, at least 2 sectors")]
    [InlineData("core 1 6000 2 a 0 b 0", "word 6 is '6000', but the region size is a power of two, at least 2 sectors")]
    [InlineData("disk 2 l 16384 2 a 0 b 0", "word 7 is '16384', but the region size is at most 8192")]
    [InlineData(
        "core 1 18446744073709551616 2 a 0 b 0",
        "word 6 is '18446744073709551616', but the region size is at most 8192")]
    [InlineData("core 2 8 SYNC 2 a 0 b 0", "word 7 is 'SYNC', but only sync or nosync may follow the region size")]
    [InlineData("disk 3 l 8 none 2 a 0 b 0", "word 8 is 'none', but only sync or nosync may follow the region size")]
    [InlineData(
        "journal 2 a/b 8 2 a 0 b 0",
        "word 6 is 'a/b', but the name of a journal log is 1 to 128 letters, digits, '.', '_' or '-'")]
    public void M25_log_that_cannot_be_made(string text, string reason) => Refused(text, null, NoLog, reason);

    [Fact]
    public void Name_of_a_journal_log_has_at_most_128_letters()
    {
        var longest = new string('n', 128);

        Assert.Equal(longest, MirrorTable.Parse($"0 8192 mirror journal 2 {longest} 8 2 a 0 b 0").Log.Name);
        Refused($"journal 2 {longest}n 8 2 a 0 b 0", 6, NoLog, $"word 6 is '{longest}n', but the name of a journal "
            + "log is 1 to 128 letters, digits, '.', '_' or '-'");
    }

    [Fact]
    public void Regions_that_are_too_many_ask_for_a_larger_size()
    {
        var error = Assert.Throws<MirrorTableException>(
            () => MirrorTable.Parse("0 8589934593 mirror core 1 2 2 a 0 b 0"));

        Assert.Equal(
            $"{NoLog}: word 6 is '2', which makes more than 4294967296 regions of 8589934593 sectors: "
            + "a larger region is needed.",
            error.Message);
    }

    [Theory]
    [InlineData("core 1 8", "the line ends after word 6, but the number of mirrors must follow")]
    [InlineData("core 1 8 x a 0 b 0", "word 7 is 'x', but the number of mirrors is a whole number")]
    [InlineData("core 1 8 2x a 0 b 0", "word 7 is '2x', but the number of mirrors is a whole number")]
    [InlineData("core 1 8 0", "word 7 is '0', but a mirror has 2 to 9 legs")]
    [InlineData("core 1 8 1 a 0", "word 7 is '1', but a mirror has 2 to 9 legs")]
    [InlineData(
        "core 1 8 10 a 0 b 0 c 0 d 0 e 0 f 0 g 0 h 0 i 0 j 0", "word 7 is '10', but a mirror has 2 to 9 legs")]
    public void M25_number_of_mirrors_that_cannot_be(string text, string reason) =>
        Refused(text, 7, "Invalid number of mirrors", reason);

    [Theory]
    [InlineData("core 1 8 2", 8, "the line ends after word 7, but 2 mirrors need a device and an offset each")]
    [InlineData("core 1 8 2 a 0 b", 11, "the line ends after word 10, but 2 mirrors need a device and an offset each")]
    public void M25_mirrors_that_are_missing(string text, int word, string reason) =>
        Refused(text, word, "Too few mirror arguments", reason);

    [Theory]
    [InlineData("core 1 8 2 a 12x b 0", 9, "word 9 is '12x', but the offset on a is a whole number")]
    [InlineData("core 1 8 2 a 0 b -1", 11, "word 11 is '-1', but the offset on b is a whole number")]
    [InlineData("core 1 8 2 a 0 b +1", 11, "word 11 is '+1', but the offset on b is a whole number")]
    [InlineData("core 1 8 2 a 0 b \u0661", 11, "word 11 is '\u0661', but the offset on b is a whole number")]
    [InlineData(
        "core 1 8 2 a 0 b 18014398509473792",
        11,
        "word 11 is '18014398509473792', but the offset on b is at most 18014398509473791")]
    [InlineData(
        "core 1 8 2 a 0 b 18446744073709551616",
        11,
        "word 11 is '18446744073709551616', but the offset on b is at most 18014398509473791")]
    public void M25_offset_that_is_no_sector(string text, int word, string reason) =>
        Refused(text, word, "Invalid offset", reason);

    [Theory]
    [InlineData("x", "word 12 is 'x', but the number of features is a whole number")]
    [InlineData("1x handle_errors", "word 12 is '1x', but the number of features is a whole number")]
    [InlineData("handle_errors", "word 12 is 'handle_errors', but the number of features is a whole number")]
    [InlineData("9999999999", "word 12 is '9999999999', but the number of features is at most 2147483647")]
    public void M25_number_of_features_that_is_no_number(string features, string reason) =>
        Refused($"core 1 8 2 a 0 b 0 {features}", 12, "Invalid number of features", reason);

    [Theory]
    [InlineData("1", 13, "the line ends after word 12, but word 12 announces 1 more")]
    [InlineData("2 handle_errors", 14, "the line ends after word 13, but word 12 announces 2 more")]
    public void M25_features_that_are_missing(string features, int word, string reason) =>
        Refused(
            $"core 1 8 2 a 0 b 0 {features}", word, "Not enough arguments to support feature count", reason);

    [Theory]
    [InlineData("1 handle_error", 13, "word 13 is 'handle_error', but the features are handle_errors and keep_log")]
    [InlineData("1 HANDLE_ERRORS", 13, "word 13 is 'HANDLE_ERRORS', but the features are handle_errors and keep_log")]
    [InlineData("2 handle_errors x", 14, "word 14 is 'x', but the features are handle_errors and keep_log")]
    public void M25_feature_that_is_unknown(string features, int word, string reason) =>
        Refused($"core 1 8 2 a 0 b 0 {features}", word, "Unrecognised feature requested", reason);

    [Fact]
    public void M25_keep_log_without_handle_errors() =>
        Refused(
            "core 1 8 2 a 0 b 0 1 keep_log",
            13,
            "keep_log feature requires the handle_errors feature",
            "word 13 is 'keep_log', but 'handle_errors' is not among the features");

    [Theory]
    [InlineData("0 handle_errors", 13, "word 13 is 'handle_errors', but the table is complete before it")]
    [InlineData("1 handle_errors keep_log", 14, "word 14 is 'keep_log', but the table is complete before it")]
    public void M25_words_after_the_last(string features, int word, string reason) =>
        Refused($"core 1 8 2 a 0 b 0 {features}", word, "Too many mirror arguments", reason);

    private static void Refused(string text, int? word, string kernel, string reason)
    {
        var error = Assert.Throws<MirrorTableException>(() => MirrorTable.Parse($"0 8192 mirror {text}"));

        Assert.Equal($"{kernel}: {reason}.", error.Message);
        Assert.Equal(kernel, error.KernelMessage);
        if (word is { } number)
        {
            Assert.Equal(number, error.Word);
        }
    }
}
