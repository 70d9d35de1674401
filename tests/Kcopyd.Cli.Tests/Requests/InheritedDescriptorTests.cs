using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Tests.Requests;

public sealed class InheritedDescriptorTests
{
    [Theory]
    [InlineData("0100000", true)]
    [InlineData("02", true)]
    [InlineData("02000000", false)]
    [InlineData("02100000", false)]
    public void What_is_closed_on_exec_did_not_come_through_one(string flags, bool isInherited) =>
        Assert.Equal(
            isInherited, InheritedDescriptor.IsInherited(["pos:\t0", $"flags:\t{flags}", "mnt_id:\t15"]));

    [Fact]
    public void What_cannot_be_told_is_taken_as_given() => Assert.True(InheritedDescriptor.IsInherited([]));
}
