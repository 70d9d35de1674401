using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Tests.Planning;

public sealed class JobNamingTests
{
    private static readonly TransferRequest Plain =
        new(CopyJobKind.Copy, "/images/disk.img", ["/dev/sdx"], CopyOptions.Default);

    [Fact]
    public void The_same_things_have_the_same_name_which_is_a_name()
    {
        var name = JobNaming.NameOf(Plain);

        Assert.Equal(name, JobNaming.NameOf(Plain with { Direct = true, Options = new() { Sparse = true } }));
        Assert.Matches("^disk\\.img-[0-9a-f]{8}$", name);
        Assert.True(CopyJobNames.IsValid(name));
    }

    [Fact]
    public void A_name_never_changes_from_one_version_to_the_next() =>
        Assert.Equal("disk.img-1acb703c", JobNaming.NameOf(Plain));

    [Fact]
    public void Whatever_makes_another_job_makes_another_name()
    {
        TransferRequest[] requests =
        [
            Plain,
            Plain with { Source = "/other/disk.img" },
            Plain with { Targets = ["/dev/sdy"] },
            Plain with { Targets = ["/dev/sdx", "/dev/sdy"] },
            Plain with { SourceSector = 1 },
            Plain with { TargetSector = 1 },
            Plain with { SectorCount = 8 },
        ];

        Assert.Distinct(requests.Select(JobNaming.NameOf));
    }

    [Fact]
    public void A_relative_path_is_the_absolute_one()
    {
        var relative = Plain with { Source = "disk.img" };
        var absolute = Plain with { Source = Path.GetFullPath("disk.img") };

        Assert.Equal(JobNaming.NameOf(absolute), JobNaming.NameOf(relative));
    }

    [Theory]
    [InlineData("/a/.hidden", "hidden-")]
    [InlineData("/a/my disk (1).img", "my-disk--1-.img-")]
    [InlineData("/a/---", "job-")]
    [InlineData("null:1G", "null-1G-")]
    [InlineData("file:///a/b%20c", "b-c-")]
    [InlineData("snapshot:0 8 snapshot /a/disk.img /a/monday.cow P 0", "monday.cow-")]
    [InlineData("snapshot:", "snapshot-")]
    [InlineData("/a/0123456789012345678901234567890123456789tail", "0123456789012345678901234567890123456789-")]
    public void Every_source_makes_a_name(string source, string prefix)
    {
        var name = JobNaming.NameOf(Plain with { Source = source });

        Assert.StartsWith(prefix, name, StringComparison.Ordinal);
        Assert.True(CopyJobNames.IsValid(name));
    }
}
