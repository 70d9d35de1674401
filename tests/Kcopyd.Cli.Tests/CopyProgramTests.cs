using System.Globalization;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary><c>kcopyd copy</c>, where it works: every test compares bytes.</summary>
public sealed class CopyProgramTests : IDisposable
{
    private readonly TempDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(1_000_001)]
    [InlineData(3 << 20)]
    public async Task A_missing_target_is_created_byte_for_byte(int length)
    {
        var source = _files.File("source", length);

        var result = await KcopydProgram.RunAsync("copy", source, _files["target"]);

        result.IsDone();
        AssertSame(source, _files["target"]);
    }

    [SkippableTheory]
    [InlineData(1_000_001)]
    [InlineData(3 << 20)]
    public async Task A_direct_copy_is_byte_for_byte(int length)
    {
        Require.Linux();
        var source = _files.File("source", length);

        var result = await KcopydProgram.RunAsync("copy", source, _files["target"], "--direct");

        result.IsDone();
        AssertSame(source, _files["target"]);
    }

    [Fact]
    public async Task Three_targets_get_the_same_bytes()
    {
        var source = _files.File("source", 2_000_003);
        string[] targets = [_files["a"], _files["b"], _files["c"]];

        var result = await KcopydProgram.RunAsync(["copy", source, .. targets]);

        result.IsDone();
        Assert.Contains("copied and flushed to 3 targets", result.Output, StringComparison.Ordinal);
        Assert.All(targets, target => AssertSame(source, target));
    }

    [Fact]
    public async Task A_longer_target_is_left_longer()
    {
        var source = _files.File("source", 8 * 512, seed: 1);
        var target = _files.File("target", 20_000, seed: 2);
        byte[] expected = [.. TempDirectory.Bytes(8 * 512, 1), .. TempDirectory.Bytes(20_000, 2).Skip(8 * 512)];

        var result = await KcopydProgram.RunAsync("copy", source, target);

        result.IsDone();
        Assert.Equal(expected, File.ReadAllBytes(target));
    }

    [Fact]
    public async Task A_shorter_target_is_extended_to_the_byte()
    {
        var source = _files.File("source", 100_001, seed: 1);
        var target = _files.File("target", 1_000, seed: 2);

        var result = await KcopydProgram.RunAsync("copy", source, target);

        result.IsDone();
        AssertSame(source, target);
    }

    [Fact]
    public async Task A_range_goes_to_the_sector_it_was_sent_to()
    {
        // source  sectors 3 to 6 of 20; the target is made long enough for sectors 10 to 13
        var source = _files.File("source", 20 * 512);

        var result = await KcopydProgram.RunAsync(
            "copy", source, _files["target"], "--sector", "3", "--count", "2K", "--target-sector", "10");

        result.IsDone();
        byte[] expected = [.. new byte[10 * 512], .. File.ReadAllBytes(source).AsSpan(3 * 512, 4 * 512)];
        Assert.Equal(expected, File.ReadAllBytes(_files["target"]));
    }

    [Fact]
    public async Task Ranges_that_do_not_overlap_are_copied_within_one_file()
    {
        var file = _files.File("file", 64 * 512);
        var bytes = File.ReadAllBytes(file);

        var result = await KcopydProgram.RunAsync(
            "copy", file, file, "--sector", "0", "--count", "16", "--target-sector", "40");

        result.IsDone();
        bytes.AsSpan(0, 16 * 512).CopyTo(bytes.AsSpan(40 * 512));
        Assert.Equal(bytes, File.ReadAllBytes(file));
    }

    [Theory]
    [InlineData("--sequential")]
    [InlineData("--flush")]
    [InlineData("--verify")]
    [InlineData("--sparse")]
    [InlineData("--no-journal")]
    [InlineData("--ignore-error")]
    [InlineData("--pages", "8K")]
    [InlineData("--segment", "4K", "--in-flight", "1")]
    [InlineData("--on-target-error", "drop", "--on-read-error", "salvage")]
    [InlineData("--rate", "1G/s", "--percent", "100")]
    public async Task An_option_does_not_change_the_bytes(params string[] options)
    {
        var source = _files.File("source", 1_000_001);

        var result = await KcopydProgram.RunAsync(["copy", source, _files["target"], .. options]);

        result.IsDone();
        AssertSame(source, _files["target"]);
    }

    [SkippableFact]
    public async Task Holes_stay_holes_in_a_sparse_copy()
    {
        Require.Linux();
        var source = _files.Sparse("source", 64 << 20);
        using (var file = File.OpenWrite(source))
        {
            file.Position = 10 << 20;
            file.Write(TempDirectory.Bytes(4096, 1));
        }

        var result = await KcopydProgram.RunAsync("copy", source, _files["target"], "--sparse");

        result.IsDone();
        AssertSame(source, _files["target"]);
        Assert.True(BlocksOf(_files["target"]) < 8192, $"{BlocksOf(_files["target"])} blocks are allocated.");
    }

    [SkippableFact]
    public async Task A_loop_device_is_copied_to_a_loop_device()
    {
        Require.LoopDevices();
        using var source = LoopDevice.Attach(_files.File("source", 4 << 20, seed: 1));
        using var target = LoopDevice.Attach(_files.File("target", 4 << 20, seed: 2));

        var result = await KcopydProgram.RunAsync("copy", source.Path, target.Path, "--flush");

        result.IsDone();
        AssertSame(_files["source"], _files["target"]);
    }

    [Fact]
    public async Task A_path_that_looks_like_an_option_or_a_response_file_is_a_path_all_the_same()
    {
        var source = _files.File("@source", 1000);
        var current = Environment.CurrentDirectory;

        var result = await KcopydProgram.RunAsync("copy", "--", source, _files["-target"]);

        result.IsDone();
        AssertSame(source, _files["-target"]);
        Assert.Equal(current, Environment.CurrentDirectory);
    }

    private static void AssertSame(string expected, string actual) =>
        Assert.Equal(File.ReadAllBytes(expected), File.ReadAllBytes(actual));

    private static long BlocksOf(string path) =>
        long.Parse(Shell.Run("stat", "--format=%b", path), CultureInfo.InvariantCulture);
}
