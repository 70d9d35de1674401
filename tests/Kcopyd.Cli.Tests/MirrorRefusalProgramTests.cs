using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>What is no mirror, or would overwrite something, is refused with one sentence and exit code 2, and no byte
/// and no directory entry changes.</summary>
public sealed class MirrorRefusalProgramTests : IDisposable
{
    private const int Length = 64 << 10;
    private const int Sectors = Length / 512;
    private const int Region = 8;
    private const uint Magic = 0x4D695272;

    private readonly MirrorBench _bench = new();
    private readonly string _source;
    private readonly string _leg;

    public MirrorRefusalProgramTests()
    {
        _source = _bench.Files.File("a", Length, seed: 1);
        _leg = _bench.Files.File("b", Length, seed: 2);
    }

    private string Table => _bench.Table(Sectors, Region, _source, _leg);

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("0 128", "a line begins with the mirror's start")]
    [InlineData("0 128 linear a 0", "target")]
    [InlineData("0 128 mirror core", "Insufficient mirror log arguments")]
    [InlineData("0 128 mirror core 9 8 2 a 0 b 0", "Insufficient mirror log arguments")]
    [InlineData("0 128 mirror core x 8 2 a 0 b 0", "Invalid mirror log argument count")]
    [InlineData("0 128 mirror tape 1 8 2 a 0 b 0", "Error creating mirror dirty log")]
    [InlineData("0 128 mirror core 1 3 2 a 0 b 0", "Error creating mirror dirty log")]
    [InlineData("0 128 mirror core 1 1 2 a 0 b 0", "Error creating mirror dirty log")]
    [InlineData("0 128 mirror core 1 256 2 a 0 b 0", "Error creating mirror dirty log")]
    [InlineData("0 128 mirror core 2 8 maybe 2 a 0 b 0", "Error creating mirror dirty log")]
    [InlineData("0 128 mirror core 1 8 1 a 0", "Invalid number of mirrors")]
    [InlineData("0 128 mirror core 1 8 10 a 0", "Invalid number of mirrors")]
    [InlineData("0 128 mirror core 1 8 2 a 0 b", "Too few mirror arguments")]
    [InlineData("0 128 mirror core 1 8 2 a 0 b 12x", "Invalid offset")]
    [InlineData("0 128 mirror core 1 8 2 a 0 b 0 x", "Invalid number of features")]
    [InlineData("0 128 mirror core 1 8 2 a 0 b 0 2 handle_errors", "Not enough arguments to support feature count")]
    [InlineData("0 128 mirror core 1 8 2 a 0 b 0 1 fast", "Unrecognised feature requested")]
    [InlineData("0 128 mirror core 1 8 2 a 0 b 0 1 keep_log", "keep_log feature requires the handle_errors feature")]
    [InlineData("0 128 mirror core 1 8 2 a 0 b 0 1 handle_errors more", "Too many mirror arguments")]
    [InlineData("0 128 mirror journal 2 name 8 2 a 0 b 0", "journal log")]
    public async Task A_table_that_describes_no_mirror(string table, string words)
    {
        foreach (var command in new[] { "create", "sync", "status", "check" })
        {
            await _bench.RefusesAsync(command, table, words);
        }
    }

    [Fact]
    public async Task A_log_that_is_damaged()
    {
        _bench.WriteLog(Magic, 2, 1_000_000);

        await RefuseLogAsync("is damaged or was cut off");
    }

    [Fact]
    public async Task A_log_that_is_something_else()
    {
        File.WriteAllBytes(_bench.Log, TempDirectory.Bytes(4096, 3));

        await RefuseLogAsync("no dirty log: its magic is 0x");
        await _bench.RefusesAsync("create", Table, _bench.Log, "byte 0 is not zero", "--force");
    }

    [Fact]
    public async Task A_log_of_a_newer_version()
    {
        _bench.WriteLog(Magic, 3, 16);

        await RefuseLogAsync("version 3");
    }

    [Fact]
    public async Task A_log_device_that_is_too_small_or_cut()
    {
        _bench.WriteLog(Magic, 2, 16, length: 1024);

        await RefuseLogAsync("too small", "1024 bytes");
        await _bench.RefusesAsync("create", Table, _bench.Log, "too small");
    }

    [Fact]
    public async Task A_log_that_is_there_is_overwritten_by_force_alone()
    {
        await MirrorBench.CreateAsync(Table);
        (await MirrorBench.RunAsync("sync", Table)).IsDone();
        await _bench.RefusesAsync("create", Table, _bench.Log, "a dirty log", "--force");

        await MirrorBench.CreateAsync(Table, "--force");

        Assert.Equal(0, _bench.CleanRegions());
    }

    [Fact]
    public async Task What_stands_behind_the_log_on_its_device()
    {
        var bytes = new byte[64 << 10];
        bytes[40_000] = 1;
        File.WriteAllBytes(_bench.Log, bytes);

        await _bench.RefusesAsync("create", Table, _bench.Log, "byte 40000 is not zero", "--force");
    }

    [Fact]
    public async Task A_missing_log_or_leg()
    {
        await RefuseLogAsync("no such file");
        var table = _bench.Table(Sectors, Region, _source, _bench.Files["missing"]);
        await _bench.RefusesAsync("create", table, _bench.Files["missing"], "--size");
        await MirrorBench.CreateAsync(Table);
        await _bench.RefusesAsync("sync", table, _bench.Files["missing"], "no such file");
        await _bench.RefusesAsync("check", table, _bench.Files["missing"], "no such file");
        await _bench.RefusesAsync(
            "create", _bench.Table(Sectors, Region, _source, "/dev/no-such-disk"), "/dev/no-such-disk", "no device");
    }

    [Fact]
    public async Task A_leg_that_is_too_small_leaves_no_new_log()
    {
        var table = _bench.Table(Sectors + Region, Region, _source, _leg);

        await _bench.RefusesAsync("create", table, _source, "128 sectors", "136");
        await MirrorBench.CreateAsync(Table);
        await _bench.RefusesAsync("sync", table, _source, "128 sectors");
        await _bench.RefusesAsync("check", table, _source, "128 sectors");
    }

    [Fact]
    public async Task Legs_and_log_that_are_the_same_storage()
    {
        Shell.Run("ln", _source, _bench.Files["link"]);

        await _bench.RefusesAsync(
            "create", _bench.Table(Sectors, Region, _source, _bench.Files["link"]), "same storage");
        await _bench.RefusesAsync(
            "sync",
            $"0 {Sectors} mirror disk 2 {_leg} {Region} 2 {_source} 0 {_leg} 0",
            "the log",
            "same storage");
    }

    [SkippableFact]
    public async Task A_leg_that_is_mounted()
    {
        Require.LoopDevices();
        Require.Mounts();
        var disk = _bench.Files.Sparse("disk", 4 << 20);
        Shell.Run("mkfs.ext4", "-q", disk);
        using var loop = LoopDevice.Attach(disk);
        using var mount = TemporaryMount.Of(loop.Path);
        var table = _bench.Table(Sectors, Region, _source, disk);

        var created = await MirrorBench.RunAsync("create", table);
        var synced = await MirrorBench.RunAsync("sync", $"0 {Sectors} mirror core 1 {Region} 2 {_source} 0 {disk} 0");

        created.IsRefusal(disk, "mounted at", mount.Path);
        synced.IsRefusal(disk, "mounted at");
        Assert.False(File.Exists(_bench.Log));
    }

    [Fact]
    public async Task A_command_or_option_that_is_none()
    {
        (await KcopydProgram.RunAsync("mirror")).IsRefusal("create, sync, status or check");
        (await KcopydProgram.RunAsync("mirror", "split")).IsRefusal("'split'");
        (await KcopydProgram.RunAsync("mirror", "sync")).IsRefusal("--table");
        (await MirrorBench.RunAsync("sync", Table, "--force")).IsRefusal("--force", "kcopyd mirror sync --help");
        (await MirrorBench.RunAsync("sync", Table, "--recoveries", "65")).IsRefusal("--recoveries", "1 to 64");
        (await MirrorBench.RunAsync("create", Table, "--size", "1K")).IsRefusal("--size", "128 sectors");
        Assert.False(File.Exists(_bench.Log));
    }

    private async Task RefuseLogAsync(params string[] words)
    {
        foreach (var command in new[] { "sync", "status", "check" })
        {
            await _bench.RefusesAsync(command, Table, [_bench.Log, .. words]);
        }
    }
}
