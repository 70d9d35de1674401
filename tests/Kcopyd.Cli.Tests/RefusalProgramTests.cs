using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>What cannot be done is refused with one sentence and exit code 2, and nothing is touched: no byte, no
/// length, no
/// directory entry.</summary>
public sealed class RefusalProgramTests : IDisposable
{
    private const int Length = 64 * 512;

    private readonly TempDirectory _files = new();
    private readonly string _source;
    private readonly string _target;

    public RefusalProgramTests()
    {
        _source = _files.File("source", Length, seed: 1);
        _target = _files.File("target", Length, seed: 2);
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public Task A_missing_source() =>
        IsRefusedAsync(["copy", _files["missing"], _target], _files["missing"], "no such file");

    [Fact]
    public async Task A_page_budget_that_no_memory_holds()
    {
        await IsRefusedAsync(["copy", _source, _files["new"], "--pages", "8000000M"], "memory");

        Assert.False(File.Exists(_files["new"]));
    }

    [Fact]
    public async Task A_target_under_dev_that_is_no_device()
    {
        await IsRefusedAsync(["copy", _source, "/dev/no-such-disk"], "/dev/no-such-disk", "no device");

        Assert.False(File.Exists("/dev/no-such-disk"));
    }

    [Fact]
    public Task A_directory_as_source() => IsRefusedAsync(["copy", _files.Path, _target], _files.Path, "directory");

    [Fact]
    public Task A_directory_as_target() => IsRefusedAsync(["copy", _source, _files.Path], _files.Path, "directory");

    [Fact]
    public Task A_character_device() => IsRefusedAsync(["copy", "/dev/zero", _target], "/dev/zero", "character device");

    [Fact]
    public Task A_pipe()
    {
        Shell.Run("mkfifo", _files["pipe"]);
        return IsRefusedAsync(["copy", _files["pipe"], _target], "pipe");
    }

    [Fact]
    public Task A_target_in_a_directory_that_does_not_exist() =>
        IsRefusedAsync(["copy", _source, _files["no/target"]], _files["no"], "no such file or directory");

    [Fact]
    public Task The_source_as_target() => IsRefusedAsync(["copy", _source, _source], "same storage");

    [Fact]
    public Task The_source_as_target_by_a_symbolic_link()
    {
        File.CreateSymbolicLink(_files["link"], _source);
        return IsRefusedAsync(["copy", _source, _files["link"]], "link", "same storage");
    }

    [Fact]
    public Task The_source_as_target_by_a_hard_link()
    {
        Shell.Run("ln", _source, _files["link"]);
        return IsRefusedAsync(["copy", _source, _files["link"]], "link", "same storage");
    }

    [Fact]
    public Task An_empty_source_as_target()
    {
        var empty = _files.File("empty", 0);
        return IsRefusedAsync(["copy", empty, _files["./empty"]], "is the source");
    }

    [SkippableFact]
    public async Task The_source_as_target_by_a_loop_device()
    {
        Require.LoopDevices();
        using var loop = LoopDevice.Attach(_source);

        await IsRefusedAsync(["copy", _source, loop.Path], loop.Path, "same storage");
        await IsRefusedAsync(["copy", loop.Path, _source], loop.Path, "same storage");
    }

    [Fact]
    public Task Overlapping_ranges_of_one_file() => IsRefusedAsync(
        ["copy", _source, _source, "--count", "16", "--target-sector", "15"], "same storage", "15 to 30", "0 to 15");

    [Fact]
    public Task A_target_listed_twice() => IsRefusedAsync(["copy", _source, _target, _target], _target, "twice");

    [Fact]
    public Task A_new_target_listed_twice() =>
        IsRefusedAsync(["copy", _source, _files["new"], _files["./new"]], "new", "twice");

    [Fact]
    public Task Two_names_of_one_target()
    {
        Shell.Run("ln", _target, _files["link"]);
        return IsRefusedAsync(["copy", _source, _target, _files["link"]], "link", "same storage");
    }

    [Fact]
    public Task A_range_past_the_end_of_the_source() => IsRefusedAsync(
        ["copy", _source, _target, "--sector", "60", "--count", "5"], _source, "64 sectors", "5 sectors", "sector 60");

    [Fact]
    public Task A_short_file_when_its_sector_is_given() => IsRefusedAsync(
        ["copy", _source, _target, "--target-sector", "1"],
        _target,
        $"{Length} bytes",
        $"{Length + 512}",
        "--target-sector");

    [SkippableFact]
    public async Task A_block_device_that_is_too_small()
    {
        Require.LoopDevices();
        using var loop = LoopDevice.Attach(_files.File("small", 32 * 512));

        await IsRefusedAsync(["copy", _source, _files["new"], loop.Path], loop.Path, "too small", "16384", "32768");
    }

    [SkippableFact]
    public async Task A_read_only_block_device()
    {
        Require.LoopDevices();
        using var loop = LoopDevice.Attach(_target, "--read-only");

        await IsRefusedAsync(["copy", _source, _files["new"], loop.Path], loop.Path, "read-only");
    }

    [SkippableFact]
    public async Task A_direct_range_that_does_not_suit_the_blocks()
    {
        Require.LoopDevices();
        using var loop = LoopDevice.Attach(_target, "--sector-size", "4096");

        await IsRefusedAsync(
            ["copy", loop.Path, _files["new"], "--direct", "--sector", "1", "--count", "8"],
            loop.Path,
            "sectors 1 to 8",
            "4096 bytes");
    }

    [SkippableFact]
    public async Task A_source_that_may_not_be_read()
    {
        Require.Mounts();
        Shell.Run("chmod", "000", _source);

        var result = await KcopydProgram.RunUnprivilegedAsync("copy", _source, _files["new"]);

        result.IsRefusal(_source, "permission denied");
        Assert.False(File.Exists(_files["new"]));
    }

    [SkippableFact]
    public async Task A_target_that_may_not_be_written()
    {
        Require.Mounts();
        Shell.Run("chmod", "400", _target);

        var result = await KcopydProgram.RunUnprivilegedAsync("copy", _source, _files["new"], _target);

        result.IsRefusal(_target, "permission denied");
        Assert.False(File.Exists(_files["new"]));
    }

    [SkippableFact]
    public async Task What_was_created_is_removed_when_a_later_target_cannot_be()
    {
        Require.Mounts();
        using var mount = TemporaryMount.Tmpfs(1 << 20);
        mount.RemountReadOnly();
        var shorter = _files.File("shorter", 512);

        var result = await KcopydProgram.RunAsync("copy", _source, _files["new"], shorter, mount["never"]);

        result.IsRefusal(mount["never"], "read-only");
        Assert.False(File.Exists(_files["new"]));
        Assert.Equal(512, new FileInfo(shorter).Length);
    }

    [Fact]
    public Task More_targets_than_a_job_has() => IsRefusedAsync(
        ["copy", _source, .. Enumerable.Range(0, 65).Select(index => _files[$"new{index}"])], "65 targets", "64");

    [Theory]
    [InlineData("--sector", "x")]
    [InlineData("--sector", "-1")]
    [InlineData("--count", "100B")]
    [InlineData("--count", "99999999999999999999")]
    [InlineData("--target-sector", "18014398509481983")]
    [InlineData("--pages", "1")]
    [InlineData("--segment", "5000")]
    [InlineData("--segment", "128M")]
    [InlineData("--in-flight", "65")]
    [InlineData("--rate", "fast")]
    [InlineData("--percent", "101")]
    [InlineData("--on-target-error", "ignore")]
    [InlineData("--on-read-error", "drop")]
    [InlineData("--progress", "loud")]
    public Task A_value_that_its_option_does_not_take(string option, string value) =>
        IsRefusedAsync(["copy", _source, _target, option, value], option);

    [Theory]
    [InlineData("copy")]
    [InlineData("copy", "source")]
    [InlineData("move", "source", "target")]
    [InlineData("copy", "source", "target", "--jurnal")]
    [InlineData("copy", "source", "target", "--json=yes")]
    [InlineData("copy", "source", "target", "--sector")]
    [InlineData("zero")]
    [InlineData("--colour")]
    [InlineData]
    public async Task A_command_line_that_makes_no_sense(params string[] arguments)
    {
        var result = await KcopydProgram.RunAsync(arguments);

        result.IsRefusal("--help");
    }

    private async Task IsRefusedAsync(string[] arguments, params string[] words)
    {
        var before = Directory.GetFileSystemEntries(_files.Path).Order().ToList();

        var result = await KcopydProgram.RunAsync(arguments);

        result.IsRefusal(words);
        Assert.Equal(before, Directory.GetFileSystemEntries(_files.Path).Order());
        Assert.Equal(TempDirectory.Bytes(Length, 1), File.ReadAllBytes(_source));
        Assert.Equal(TempDirectory.Bytes(Length, 2), File.ReadAllBytes(_target));
    }
}
