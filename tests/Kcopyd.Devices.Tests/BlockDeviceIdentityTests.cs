using System.Collections.Immutable;

namespace Kcopyd.Devices.Tests;

public sealed class BlockDeviceIdentityTests
{
    [Fact]
    public void Difference_is_a_clause_with_both_values()
    {
        Assert.Equal("its inode is 12, not 11", Of("inode=12").DifferenceFrom(Of("inode=11")));
    }

    [Fact]
    public void Recorded_mark_that_is_gone_is_a_difference()
    {
        Assert.Equal(
            "its serial was A1, and it has none now", Of("wwn=5").DifferenceFrom(Of("wwn=5", "serial=A1")));
    }

    [Fact]
    public void Mark_that_was_not_recorded_is_none()
    {
        Assert.Null(Of("wwn=5", "serial=A1").DifferenceFrom(Of("wwn=5")));
    }

    [Theory]
    [InlineData("boot-a:7", "boot-a:7", false)]
    [InlineData("boot-a:8", "boot-a:7", true)]
    [InlineData("boot-b:8", "boot-a:7", false)]
    [InlineData("boot-b:7", "boot-bb:8", false)]
    public void Sequence_counts_within_one_boot(string now, string was, bool differs)
    {
        Assert.Equal(differs, Of($"sequence={now}").DifferenceFrom(Of($"sequence={was}")) is not null);
        Assert.Equal(differs, Of($"origin.sequence={now}").DifferenceFrom(Of($"origin.sequence={was}")) is not null);
    }

    [Fact]
    public void Sequence_that_cannot_be_read_any_more_is_no_difference()
    {
        Assert.Null(Of("wwn=5").DifferenceFrom(Of("wwn=5", "sequence=boot-a:7")));
    }

    [Fact]
    public void Length_is_compared_apart_from_the_marks()
    {
        var grown = Of("inode=12") with { LengthBytes = 2048 };

        Assert.Null(grown.DifferenceFrom(Of("inode=12")));
        Assert.Equal("it is 2048 bytes long, not 1024", grown.LengthDifferenceFrom(Of("inode=12")));
        Assert.Null(grown.LengthDifferenceFrom(grown));
    }

    [Fact]
    public void Equal_identities_are_equal_values()
    {
        Assert.Equal(Of("inode=12", "birth=1"), Of("inode=12", "birth=1"));
        Assert.NotEqual(Of("inode=12"), Of("inode=13"));
    }

    private static BlockDeviceIdentity Of(params string[] marks) => new(
        "/device",
        1024,
        marks.Select(mark => mark.Split('=')).ToImmutableSortedDictionary(pair => pair[0], pair => pair[1]));
}
