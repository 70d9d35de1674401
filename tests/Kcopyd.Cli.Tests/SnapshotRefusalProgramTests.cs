using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>What is no snapshot, or would overwrite something, is refused with one sentence and exit code 2, and no
/// byte and no directory entry changes.</summary>
public sealed class SnapshotRefusalProgramTests : IDisposable
{
    private const int Sectors = 1024;
    private const int Chunk = 8;
    private const int CowSectors = 2048;
    private const int ChunkBytes = Chunk * 512;

    private static readonly string[] Commands = ["create", "status", "read", "export", "merge"];

    private readonly SnapshotBench _bench = new(Sectors, Chunk);

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("0 128", "a line begins with a start, a length and a target")]
    [InlineData("0 0 snapshot a b P 8", "the length is at least 1")]
    [InlineData("0 128 linear a 0", "snapshot-merge")]
    [InlineData("0 128 snapshot-origin", "incorrect number of arguments")]
    [InlineData("0 128 snapshot-origin a b", "incorrect number of arguments")]
    [InlineData("0 128 snapshot-origin a", "the table is that of the origin a")]
    [InlineData("0 128 snapshot a b P", "requires 4 or more arguments")]
    [InlineData("0 128 snapshot a a P 8", "COW device cannot be the same as origin device")]
    [InlineData("0 128 snapshot a b X 8", "Exception store type is not P or N")]
    [InlineData("0 128 snapshot a b PX 8", "Exception store type is not P or N")]
    [InlineData("0 128 snapshot a b N 8", "transient")]
    [InlineData("0 128 snapshot a b N 0", "Chunk size not set")]
    [InlineData("0 128 snapshot a b P 8x", "Invalid chunk size")]
    [InlineData("0 128 snapshot a b P 12", "Chunk size is not a power of 2")]
    [InlineData("0 128 snapshot a b P 4194304", "Chunk size is too high")]
    [InlineData("0 128 snapshot a b P 8 1 fast", "Unrecognised feature requested")]
    [InlineData("0 128 snapshot a b P 8 1 discard_passdown_origin", "depends on discard_zeroes_cow")]
    [InlineData("0 128 snapshot a b P 8 3 discard_zeroes_cow", "Invalid number of feature arguments")]
    [InlineData("0 128 snapshot a b P 8 0 more", "the table is complete before it")]
    [InlineData("0 128 snapshot-merge a b N 8", "does not support snapshot-merge")]
    public async Task A_table_that_describes_no_snapshot(string table, string words)
    {
        foreach (var command in Commands)
        {
            await _bench.RefusesAsync(command, table, words);
        }
    }

    [Theory]
    [InlineData(0, 0x12345678, "magic is 0x12345678")]
    [InlineData(8, 2, "version 2")]
    [InlineData(12, 0, "its chunk size is 0 sectors")]
    [InlineData(12, 24, "its chunk size is 24 sectors")]
    [InlineData(12, 2048, "is damaged or was cut off: the first area is chunk 1")]
    [InlineData(ChunkBytes + 16, 128, "chunk 128 of the origin")]
    [InlineData(ChunkBytes + 16, 5, "entry 1 of area 0", "an earlier entry has it in chunk 2")]
    [InlineData(ChunkBytes + 24, 2, "an earlier entry has its data there")]
    [InlineData(ChunkBytes + 24, 1, "data begins in chunk 2")]
    [InlineData(ChunkBytes + 24, 256, "the device of 2048 sectors has 256 chunks of 8")]
    public async Task A_store_that_is_damaged_foreign_or_newer(long at, ulong value, params string[] words)
    {
        await _bench.CreateAsync(CowSectors);
        _bench.Overwrite(5, 6, 7);
        _bench.Put(at, value);

        await RefuseStoreAsync(words);
        await _bench.RefusesAsync("create", _bench.Table, _bench.Cow, "--force");
    }

    [Fact]
    public async Task A_store_that_was_cut_off()
    {
        await _bench.CreateAsync(CowSectors);
        _bench.Overwrite(5, 6, 7);
        Truncate(_bench.Cow, 4 * ChunkBytes);

        await RefuseStoreAsync("is damaged or was cut off", "in chunk 4", "4 chunks of 8");

        Truncate(_bench.Cow, 100);
        await RefuseStoreAsync("too small", "100 bytes");
        Truncate(_bench.Cow, 0);
        await RefuseStoreAsync("too small", "0 bytes");
        await _bench.RefusesAsync("create", _bench.Table, _bench.Cow, "too small");
    }

    [Fact]
    public async Task A_store_that_is_not_there()
    {
        _bench.Files.Sparse("cow", CowSectors * 512);

        await RefuseStoreAsync("holds no store");
    }

    [Fact]
    public async Task A_store_that_is_there_is_overwritten_by_force_alone()
    {
        await _bench.CreateAsync(CowSectors);
        _bench.Overwrite(5, 6, 7);
        await _bench.RefusesAsync("create", _bench.Table, _bench.Cow, "a store with 3 exceptions", "--force");

        (await SnapshotBench.RunAsync("create", _bench.TableOf(Chunk), "--force")).IsDone();

        Assert.Equal(0, _bench.Entries());
    }

    [Fact]
    public async Task What_stands_on_the_COW_device()
    {
        var bytes = new byte[CowSectors * 512];
        bytes[1_000_000] = 1;
        File.WriteAllBytes(_bench.Cow, bytes);

        await _bench.RefusesAsync("create", _bench.Table, _bench.Cow, "byte 1000000 is not zero", "--force");
    }

    [Fact]
    public async Task Devices_that_are_missing_or_too_small()
    {
        await RefuseStoreAsync("no such file");
        await _bench.RefusesAsync("create", _bench.Table, _bench.Cow, "no such file", "--size");
        var under = _bench.Table.Replace(_bench.Cow, "/dev/no-such-disk", StringComparison.Ordinal);
        await _bench.RefusesAsync("create", under, "/dev/no-such-disk", "no device");

        var small = await SnapshotBench.RunAsync("create", _bench.Table, "--size", "47K");
        small.IsRefusal(_bench.Cow, "94 sectors", "takes 96");
        var longer = await SnapshotBench.RunAsync(
            "create", _bench.Table.Replace("0 1024", "0 1025", StringComparison.Ordinal), "--size", "1M");
        longer.IsRefusal(_bench.Origin, "1024 sectors", "1025");
        Assert.False(File.Exists(_bench.Cow));
    }

    [Fact]
    public async Task An_origin_that_is_missing_or_cut()
    {
        await _bench.CreateAsync(CowSectors);
        Truncate(_bench.Origin, 1000);
        foreach (var command in new[] { "read", "export", "merge" })
        {
            await _bench.RefusesAsync(command, _bench.Table, _bench.Origin, "2 sectors", "1024");
        }

        File.Delete(_bench.Origin);
        foreach (var command in new[] { "create", "read", "export", "merge" })
        {
            await _bench.RefusesAsync(command, _bench.Table, _bench.Origin);
        }
    }

    [Fact]
    public async Task Origin_and_COW_device_that_are_the_same_storage()
    {
        Shell.Run("ln", _bench.Origin, _bench.Cow);

        foreach (var command in new[] { "create", "status", "merge" })
        {
            await _bench.RefusesAsync(command, _bench.Table, "are the same storage");
        }

        foreach (var command in new[] { "read", "export" })
        {
            await _bench.RefusesAsync(command, _bench.Table, "share storage");
        }
    }

    [SkippableFact]
    public async Task Devices_that_are_mounted()
    {
        Require.LoopDevices();
        Require.Mounts();
        await _bench.CreateAsync(CowSectors);
        var disk = _bench.Files.Sparse("disk", 4 << 20);
        Shell.Run("mkfs.ext4", "-q", disk);
        using var loop = LoopDevice.Attach(disk);
        using var mount = TemporaryMount.Of(loop.Path);

        var created = await SnapshotBench.RunAsync(
            "create", _bench.Table.Replace(_bench.Cow, disk, StringComparison.Ordinal), "--force");
        var merged = await SnapshotBench.RunAsync(
            "merge", _bench.Table.Replace(_bench.Origin, disk, StringComparison.Ordinal));

        created.IsRefusal(disk, "mounted at", mount.Path);
        merged.IsRefusal(disk, "mounted at", mount.Path);
        var store = $"0 {Sectors} snapshot {disk} {_bench.Cow} P 0";
        foreach (var command in new[] { "status", "read" })
        {
            var read = await SnapshotBench.RunAsync(command, store);
            Assert.Equal(0, read.ExitCode);
            read.IsSentence(disk, "mounted at", mount.Path);
        }

        var inside = $"0 {Sectors} snapshot {loop.Path} {mount["cow"]} P 0";
        (await SnapshotBench.RunAsync("create", inside, "--size", "1M"))
            .IsRefusal(mount["cow"], "in the file system on the origin", loop.Path);
        Assert.False(File.Exists(mount["cow"]));
        var outside = await SnapshotBench.RunAsync(
            "create", $"0 {Sectors} snapshot {loop.Path} {_bench.Files["new"]} P 0", "--size", "1M");
        Assert.Equal(0, outside.ExitCode);
        outside.IsSentence(loop.Path, "mounted at", "not kept");
    }

    [Fact]
    public async Task Devices_that_keep_nothing()
    {
        await _bench.CreateAsync(CowSectors);
        _bench.Overwrite(1, 2);

        await _bench.RefusesAsync("merge", $"0 {Sectors} snapshot null:1M {_bench.Cow} P 0", "null:1M keeps nothing");
        await _bench.RefusesAsync("create", $"0 {Sectors} snapshot {_bench.Origin} null:1M P 0", "null:1M keeps");
    }

    [SkippableFact]
    public async Task Devices_that_are_in_use()
    {
        Require.Linux();
        await _bench.CreateAsync(CowSectors);
        _bench.Overwrite(1, 3, 5);
        using var copy = KcopydProgram.Start(
            "snapshot", "export", "--table", _bench.Table, _bench.Files["target"], "--no-journal",
            "--rate", "10K", "--segment", "4K", "--progress", "json");
        await copy.NextErrorLineAsync();
        var before = await File.ReadAllBytesAsync(_bench.Origin);

        var merged = await SnapshotBench.RunAsync("merge", _bench.Table);

        merged.IsRefusal(_bench.Origin);
        copy.Kill();
        await copy.EndAsync();
        Assert.Equal(before, await File.ReadAllBytesAsync(_bench.Origin));
        Assert.Equal(3, _bench.Entries());
    }

    [SkippableTheory]
    [InlineData("snapshot", "status")]
    [InlineData("snapshot", "export target")]
    [InlineData("mirror", "sync")]
    public async Task A_table_from_standard_input_that_has_none(string family, string command)
    {
        Require.Linux();
        foreach (var input in new[] { "< /dev/null", "<&-" })
        {
            var result = await KcopydProgram.RunInShellAsync(
                $"cd {_bench.Files.Path}; {KcopydProgram.Path} {family} {command} --table - {input}");

            result.IsRefusal("standard input has no table line");
        }
    }

    [Fact]
    public async Task A_command_or_option_that_is_none()
    {
        (await KcopydProgram.RunAsync("snapshot")).IsRefusal("create, status, read, export or merge");
        (await KcopydProgram.RunAsync("snapshot", "split")).IsRefusal("'split'");
        (await KcopydProgram.RunAsync("snapshot", "merge")).IsRefusal("--table");
        (await KcopydProgram.RunAsync("snapshot", "export", "--table", _bench.Table)).IsRefusal("export --help");
        (await SnapshotBench.RunAsync("merge", _bench.Table, "--force"))
            .IsRefusal("--force", "kcopyd snapshot merge --help");
        (await SnapshotBench.RunAsync("read", _bench.Table, "--sector", "1025")).IsRefusal("1024 sectors", "1025");
        (await SnapshotBench.RunAsync("read", _bench.Table, "--count", "1025")).IsRefusal("1024 sectors", "1025");
        (await SnapshotBench.RunAsync("create", _bench.TableOf(0, "snapshot-merge"), "--size", "1M"))
            .IsRefusal("snapshot-merge");
        Assert.False(File.Exists(_bench.Cow));
    }

    private static void Truncate(string path, long length)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        RandomAccess.SetLength(file, length);
    }

    private async Task RefuseStoreAsync(params string[] words)
    {
        foreach (var command in new[] { "status", "read", "export", "merge" })
        {
            await _bench.RefusesAsync(command, _bench.Table, [_bench.Cow, .. words]);
        }
    }
}
