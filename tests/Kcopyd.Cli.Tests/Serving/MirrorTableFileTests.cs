using Kcopyd.Cli.Serving;
using Kcopyd.Core.Mirrors;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests.Serving;

public sealed class MirrorTableFileTests : IDisposable
{
    private readonly TempDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Where_nothing_was_saved_the_configured_table_counts() =>
        Assert.Equal(Table("nosync 2 /a 0 /b 0"), FileOf(Table("nosync 2 /a 0 /b 0")).Load());

    [Fact]
    public async Task Legs_that_were_equal_before_one_failed_are_not_taken_for_equal_any_more()
    {
        var file = FileOf(Table("nosync 2 /a 0 /b 0"));

        await file.SaveAsync(Table("nosync 2 /b 0 /a 0"));
        Assert.Equal(Table("2 /b 0 /a 0", arguments: 2), file.Load());

        // The mirror that began so saves what it began with.
        await file.SaveAsync(Table("2 /a 0 /b 0", arguments: 2));
        Assert.Equal(Table("2 /a 0 /b 0", arguments: 2), file.Load());
    }

    [Fact]
    public async Task Another_configuration_is_another_mirror()
    {
        await FileOf(Table("nosync 2 /a 0 /b 0")).SaveAsync(Table("nosync 2 /b 0 /a 0"));

        Assert.Equal(Table("nosync 2 /a 0 /c 0"), FileOf(Table("nosync 2 /a 0 /c 0")).Load());
    }

    [Fact]
    public async Task A_changed_feature_does_not_make_the_failed_leg_the_first_again()
    {
        await FileOf(Table("nosync 2 /a 0 /b 0")).SaveAsync(Table("nosync 2 /b 0 /a 0"));

        Assert.Equal(
            Table("2 /b 0 /a 0 1 handle_errors", arguments: 2),
            FileOf(Table("nosync 2 /a 0 /b 0 1 handle_errors")).Load());
    }

    [Fact]
    public async Task Another_order_counts_and_is_the_only_one_when_the_mirror_runs_with_it()
    {
        var old = FileOf(Table("2 /a 0 /b 0", arguments: 2));
        await old.SaveAsync(Table("2 /b 0 /a 0", arguments: 2));
        var (other, foreign) = (FileOf(Table("2 /b 0 /a 0", arguments: 2)), FileOf(Table("2 /a 0 /c 0", arguments: 2)));
        await foreign.SaveAsync(Table("2 /c 0 /a 0", arguments: 2));

        Assert.Equal(Table("2 /b 0 /a 0", arguments: 2), other.Load());
        Assert.Equal(Table("2 /b 0 /a 0", arguments: 2), old.Load());
        other.ForgetOthers();

        Assert.Equal(Table("2 /a 0 /b 0", arguments: 2), old.Load());
        Assert.Equal(Table("2 /c 0 /a 0", arguments: 2), foreign.Load());
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("0 64 mirror disk 3 /log 8 nosync 2 /a 0 /c 0")]
    [InlineData("0 32 mirror disk 3 /log 8 nosync 2 /b 0 /a 0")]
    [InlineData("0 64 mirror disk 3 /other 8 nosync 2 /b 0 /a 0")]
    public async Task A_table_of_another_mirror_is_refused(string line)
    {
        var file = FileOf(Table("nosync 2 /a 0 /b 0"));
        await file.SaveAsync(Table("nosync 2 /b 0 /a 0"));
        await File.WriteAllTextAsync(Assert.Single(Directory.GetFiles(_files.Path)), line);

        var refusal = Assert.Throws<RefusedException>(() => file.Load());
        Assert.Contains("has another table", refusal.Message, StringComparison.Ordinal);
    }

    private static MirrorTable Table(string rest, int arguments = 3) =>
        MirrorTable.Parse($"0 64 mirror disk {arguments} /log 8 {rest}");

    private MirrorTableFile FileOf(MirrorTable configured) => new(_files.Path, configured);
}
