using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary><c>kcopyd verify</c>.</summary>
public sealed class VerifyProgramTests : IDisposable
{
    private readonly TempDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Equal_files_end_with_zero()
    {
        var source = _files.File("source", 1_000_001);

        var result = await KcopydProgram.RunAsync(
            "verify", source, _files.File("one", 1_000_001), _files.File("other", 1_000_001));

        result.IsDone();
        Assert.Contains("no difference", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_difference_ends_with_one_and_says_where()
    {
        var source = _files.File("source", 1_000_001);
        var target = _files.File("target", 1_000_001);
        using (var file = File.OpenWrite(target))
        {
            file.Position = 700_000;
            file.Write([1, 2, 3, 4]);
        }

        var result = await KcopydProgram.RunAsync("verify", source, target);

        Assert.Equal(1, result.ExitCode);
        result.IsSentence(target, "differs", "700000");
        Assert.Contains("they differ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_is_compared_with_its_origin_and_nothing_with_itself()
    {
        using var bench = new SnapshotBench(1024, 8);
        await bench.CreateAsync(2048);
        var same = await KcopydProgram.RunAsync("verify", $"snapshot:{bench.Table}", bench.Origin);
        bench.Overwrite(5);
        var changed = await KcopydProgram.RunAsync("verify", $"snapshot:{bench.Table}", bench.Origin);
        var itself = await KcopydProgram.RunAsync("verify", bench.Origin, bench.Origin);

        same.IsDone();
        Assert.Equal(1, changed.ExitCode);
        changed.IsSentence(bench.Origin, "differs", $"{5 * 8 * 512}");
        itself.IsRefusal("the same storage");
    }

    [Fact]
    public async Task What_follows_the_end_of_the_source_is_not_compared()
    {
        var source = _files.File("source", 8 * 512);
        var target = _files["target"];
        File.WriteAllBytes(target, [.. File.ReadAllBytes(source), 1, 2, 3]);

        var result = await KcopydProgram.RunAsync("verify", source, target);

        result.IsDone();
    }

    [Fact]
    public async Task A_shorter_target_is_refused()
    {
        var source = _files.File("source", 1_001);
        var target = _files.File("target", 1_000);

        var result = await KcopydProgram.RunAsync("verify", source, target);

        result.IsRefusal(target, "1000 bytes", "1001");
    }

    [Fact]
    public async Task A_missing_target_is_refused_and_not_created()
    {
        var result = await KcopydProgram.RunAsync("verify", _files.File("source", 512), _files["target"]);

        result.IsRefusal(_files["target"], "no such file");
        Assert.False(File.Exists(_files["target"]));
    }
}
