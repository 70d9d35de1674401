using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary><c>kcopyd snapshot</c> from a table line to a merged origin.</summary>
public sealed class SnapshotProgramTests : IDisposable
{
    private const int Sectors = 4001;
    private const int Chunk = 8;
    private const int CowSectors = 8192;

    /// <summary>The last chunk of the origin has one sector.</summary>
    private const int LastChunk = Sectors / Chunk;

    private readonly SnapshotBench _bench = new(Sectors, Chunk);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_store_is_made_and_its_table_is_printed()
    {
        var created = await SnapshotBench.RunAsync("create", _bench.Table, "--size", "4M");

        created.IsDone();
        Assert.Equal($"{_bench.TableOf(32)}\n", created.Output);
        var bytes = File.ReadAllBytes(_bench.Cow);
        Assert.Equal(4 << 20, bytes.Length);
        Assert.Equal("536E4170010000000100000020000000", Convert.ToHexString(bytes.AsSpan(0, 16)));
        Assert.False(bytes.AsSpan(16).ContainsAnyExcept((byte)0));
        Assert.Equal(_bench.Before, File.ReadAllBytes(_bench.Origin));

        var status = await SnapshotBench.RunAsync("status", _bench.Table, "--show-table");
        status.IsDone();
        Assert.Equal(
            $"{_bench.TableOf(32)}\n0 {Sectors} snapshot 64/8192 64\n"
            + "0 exceptions in chunks of 32 sectors; 32 KiB of 4 MiB allocated (0.78 %), 32 KiB of that metadata\n",
            status.Output);
    }

    [Fact]
    public async Task Status_says_what_the_store_holds_area_by_area()
    {
        await _bench.CreateAsync(CowSectors);
        _bench.Overwrite(Enumerable.Range(0, 300).Select(i => LastChunk - i));
        var before = _bench.Everything();

        var status = await SnapshotBench.RunAsync("status", _bench.Table, "--areas");

        status.IsDone();
        Assert.Equal(
            [
                $"0 {Sectors} snapshot {303 * Chunk}/{CowSectors} {3 * Chunk}",
                "300 exceptions in chunks of 8 sectors; 1.2 MiB of 4 MiB allocated (29.59 %), 12 KiB of that metadata",
                "area 0 in chunk 1: 256 of 256 entries, origin chunks 245 to 500 in COW chunks 2 to 257",
                "area 1 in chunk 258: 44 of 256 entries, origin chunks 201 to 244 in COW chunks 259 to 302",
            ],
            status.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        using var json = JsonDocument.Parse(
            (await SnapshotBench.RunAsync("status", _bench.Table, "--areas", "--json")).Output);
        var root = json.RootElement;
        Assert.Equal(300, root.GetProperty("exceptions").GetInt64());
        Assert.Equal(303 * Chunk, root.GetProperty("allocatedSectors").GetInt64());
        Assert.Equal(29.59, root.GetProperty("fillPercent").GetDouble());
        Assert.True(root.GetProperty("valid").GetBoolean());
        Assert.Equal(_bench.TableOf(Chunk), root.GetProperty("table").GetString());
        Assert.Equal(2, root.GetProperty("areas").GetArrayLength());
        Assert.Equal(244, root.GetProperty("areas")[1].GetProperty("lastOriginChunk").GetInt64());
        Assert.Equal(before, _bench.Everything());
    }

    [Fact]
    public async Task S13_a_lost_snapshot_has_a_status_and_nothing_else()
    {
        await _bench.CreateAsync(CowSectors);
        _bench.Overwrite(1, 2, 3);
        _bench.Put(4, 0);

        var status = await SnapshotBench.RunAsync("status", _bench.Table);

        Assert.Equal(1, status.ExitCode);
        Assert.Equal($"0 {Sectors} snapshot Invalid\n", status.Output);
        status.IsSentence(_bench.Cow, "is invalid");
        foreach (var command in new[] { "read", "export", "merge" })
        {
            await _bench.RefusesAsync(command, _bench.Table, _bench.Cow, "is invalid");
        }

        await _bench.RefusesAsync("create", _bench.Table, "an invalid store", "--force");
    }

    [Fact]
    public async Task An_origin_that_is_gone_or_cut_is_said_with_the_status()
    {
        await _bench.CreateAsync(CowSectors);
        File.WriteAllBytes(_bench.Origin, _bench.Before[..1000]);
        var cut = await SnapshotBench.RunAsync("status", _bench.Table);
        File.Delete(_bench.Origin);
        var gone = await SnapshotBench.RunAsync("status", _bench.Table, "--json");

        Assert.Equal((1, 1), (cut.ExitCode, gone.ExitCode));
        cut.IsSentence(_bench.Origin, "has 2 sectors", "4001");
        gone.IsSentence(_bench.Origin, "no such file");
        Assert.Contains("\"failures\":[\"", gone.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("snapshot")]
    [InlineData("snapshot-merge")]
    public async Task S1_reading_gives_the_origin_as_it_was_and_nothing_else(string target)
    {
        await _bench.CreateAsync(CowSectors);
        _bench.Overwrite(0, 17, 18, 4, LastChunk);
        var before = _bench.Everything();
        var table = _bench.TableOf(0, target);

        Assert.Equal(_bench.Before, await _bench.ReadAsync(table));
        Assert.Equal(_bench.Before[512..2560], await _bench.ReadAsync(table, "--sector 1 --count 2K"));
        Assert.Equal(_bench.Before[^512..], await _bench.ReadAsync(table, $"--sector {Sectors - 1}"));
        Assert.Empty(await _bench.ReadAsync(table, $"--sector {Sectors}"));
        Assert.Equal(before, _bench.Everything());
    }

    [SkippableFact]
    public async Task What_is_read_goes_through_pipes_and_behind_what_is_there()
    {
        Require.Linux();
        await _bench.CreateAsync(CowSectors);
        _bench.Overwrite(0, 17);
        var read = $"{KcopydProgram.Path} snapshot read --table '{_bench.Table}'";

        var compared = await KcopydProgram.RunInShellAsync($"{read} | cmp - {_bench.Files.File("was", Sectors * 512)}");
        var cut = await KcopydProgram.RunInShellAsync($"({read}; echo $? >&2) | head -c 100 | wc -c");
        var between = await KcopydProgram.RunInShellAsync(
            $"(echo a; {read} --count 1; echo b) > {_bench.Files["between"]}");

        Assert.Equal((0, string.Empty), (compared.ExitCode, compared.Output));
        Assert.Equal(("100", "141\n"), (cut.Output.Trim(), cut.Error));
        between.IsDone();
        Assert.Equal(
            [(byte)'a', 10, .. _bench.Before[..512], (byte)'b', 10], File.ReadAllBytes(_bench.Files["between"]));
    }

    [SkippableFact]
    public async Task Output_that_is_a_terminal_or_closed_or_what_is_read_is_refused()
    {
        Require.Linux();
        await _bench.CreateAsync(CowSectors);
        _bench.Overwrite(1);
        var before = _bench.Everything();
        var read = $"{KcopydProgram.Path} snapshot read --table '{_bench.Table}'";

        var terminal = await KcopydProgram.RunOnTerminalAsync(
            "TERM=xterm", "snapshot", "read", "--table", $"'{_bench.Table}'");
        var closed = await KcopydProgram.RunInShellAsync($"{read} >&-");
        var status = $"{KcopydProgram.Path} snapshot status --table '{_bench.Table}'";
        var unsaid = await KcopydProgram.RunInShellAsync($"{status} >&-");
        var neither = await KcopydProgram.RunInShellAsync($"{status} >&- <&-");
        var cow = await KcopydProgram.RunInShellAsync($"{read} >> {_bench.Cow}");
        var origin = await KcopydProgram.RunInShellAsync($"{read} 1<> {_bench.Origin}");

        Assert.Equal(2, terminal.ExitCode);
        Assert.Contains("standard output is a terminal", terminal.Output, StringComparison.Ordinal);
        closed.IsRefusal("standard output is closed");
        Assert.Equal((1, 1), (unsaid.ExitCode, neither.ExitCode));
        unsaid.IsSentence("its result could not be written: standard output is closed");
        neither.IsSentence("its result could not be written: standard output is closed");
        cow.IsRefusal($"standard output is {_bench.Cow}");
        origin.IsRefusal($"standard output is {_bench.Origin}");
        Assert.Equal(before, _bench.Everything());
    }

    [Fact]
    public async Task S17_a_merge_makes_the_origin_what_the_snapshot_shows()
    {
        await _bench.CreateAsync(CowSectors);
        _bench.Overwrite([LastChunk, 7, 8, 9, .. Enumerable.Range(20, 300)]);
        Assert.NotEqual(_bench.Before, File.ReadAllBytes(_bench.Origin));

        var merged = await SnapshotBench.RunAsync("merge", _bench.Table, "--json", "--progress", "none");

        merged.IsDone();
        Assert.Equal(_bench.Before, File.ReadAllBytes(_bench.Origin));
        Assert.Equal(0, _bench.Entries());
        using var json = JsonDocument.Parse(merged.Output);
        var root = json.RootElement;
        Assert.Equal("completed", root.GetProperty("state").GetString());
        Assert.Equal($"0 {Sectors} snapshot-merge 16/{CowSectors} 16", root.GetProperty("status").GetString());
        Assert.Equal(304, root.GetProperty("exceptions").GetInt64());
        Assert.Equal(304, root.GetProperty("exceptionsMerged").GetInt64());
        Assert.Equal(_bench.Before, await _bench.ReadAsync(_bench.Table));

        var again = await SnapshotBench.RunAsync("merge", _bench.TableOf(Chunk, "snapshot-merge"));
        again.IsDone();
        Assert.StartsWith("0 of 0 exceptions merged; 0 B in ", again.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task On_a_terminal_a_merge_has_a_bar()
    {
        Require.Linux();
        await _bench.CreateAsync(CowSectors);
        _bench.Overwrite(Enumerable.Range(0, 250).Select(i => 2 * i));

        var result = await KcopydProgram.RunOnTerminalAsync(
            "TERM=xterm", "snapshot", "merge", "--rate", "800K", "--table", $"'{_bench.Table}'");

        Assert.Equal(0, result.ExitCode);
        Assert.Matches("merge .*%.* of 1000 KiB", result.Output);
        Assert.Contains("250 of 250 exceptions merged", result.Output, StringComparison.Ordinal);
        Assert.Equal(_bench.Before, File.ReadAllBytes(_bench.Origin));
    }

    [SkippableFact]
    public async Task A_store_on_a_loop_device_is_used_as_one_in_a_file()
    {
        Require.LoopDevices();
        using var loop = LoopDevice.Attach(_bench.Files.Sparse("cow", CowSectors * 512));
        var table = _bench.Table.Replace(_bench.Cow, loop.Path, StringComparison.Ordinal);

        (await SnapshotBench.RunAsync("create", _bench.TableOf(Chunk).Replace(
            _bench.Cow, loop.Path, StringComparison.Ordinal))).IsDone();
        Shell.Run("sync", loop.Path);
        var status = await SnapshotBench.RunAsync("status", table);

        status.IsDone();
        Assert.StartsWith($"0 {Sectors} snapshot 16/{CowSectors} 16\n", status.Output, StringComparison.Ordinal);
        Assert.Equal(_bench.Before, await _bench.ReadAsync(table));
        (await SnapshotBench.RunAsync("merge", table)).IsDone();
    }
    [SkippableFact]
    public async Task Devices_by_their_numbers_are_those_of_dmsetup()
    {
        Require.LoopDevices();
        await _bench.CreateAsync(CowSectors);
        _bench.Overwrite(3, 4);
        using var origin = LoopDevice.Attach(_bench.Origin);
        using var cow = LoopDevice.Attach(_bench.Cow);
        var table = $"0 {Sectors} snapshot {origin.Number} {cow.Number} P 0";

        var status = await SnapshotBench.RunAsync("status", table, "--show-table");
        status.IsDone();
        Assert.StartsWith(
            $"0 {Sectors} snapshot {origin.Path} {cow.Path} P {Chunk}\n", status.Output, StringComparison.Ordinal);
        Assert.Equal(_bench.Before, await _bench.ReadAsync(table));
        var before = _bench.Files.File("before", Sectors * 512);
        var verified = await KcopydProgram.RunAsync("verify", $"snapshot:{table}", before, "--progress", "none");
        Assert.True(verified.ExitCode == 0, $"{verified}");

        (await SnapshotBench.RunAsync("status", $"0 {Sectors} snapshot {origin.Number} 250:99999 P 0"))
            .IsRefusal("there is no block device 250:99999");
        (await SnapshotBench.RunAsync("status", $"0 {Sectors} snapshot {origin.Number} {origin.Path} P 0"))
            .IsRefusal("COW device cannot be the same as origin device");
        var twin = _bench.Files["twin"];
        File.Copy(_bench.Origin, twin);
        (await MirrorBench.RunAsync("check", $"0 {Sectors} mirror core 1 128 2 {origin.Number} 0 {twin} 0"))
            .IsDone();
        (await MirrorBench.RunAsync("status", $"0 {Sectors} mirror disk 2 250:99999 128 2 {twin} 0 b 0"))
            .IsRefusal("there is no block device 250:99999");
    }
    [Fact]
    public async Task What_is_said_of_a_store_is_exact()
    {
        await _bench.CreateAsync(24);
        _bench.Overwrite(5);
        var table = _bench.TableOf(2 * Chunk);

        var status = await SnapshotBench.RunAsync("status", table);
        Assert.Contains("\n1 exception in chunks of 8 sectors; ", status.Output, StringComparison.Ordinal);
        Assert.Contains("(100 %)", status.Output, StringComparison.Ordinal);
        status.IsSentence(_bench.Cow, "chunks of 8 sectors, which counts, not 16");
        await _bench.RefusesAsync("create", _bench.TableOf(Chunk), "a store with 1 exception;");
        await _bench.RefusesAsync(
            "status", _bench.Table.Replace($"0 {Sectors}", "0 40", StringComparison.Ordinal), "may be too short");
        (await SnapshotBench.RunAsync("read", table, "--count", "0")).IsSentence("which counts, not 16");
        var merged = await SnapshotBench.RunAsync("merge", table, "--progress", "none");
        Assert.StartsWith("1 of 1 exception merged", merged.Output, StringComparison.Ordinal);
        merged.IsSentence("which counts, not 16");
    }

    [Fact]
    public async Task Nearly_full_is_not_full()
    {
        const int CowChunks = 100_000;
        await _bench.CreateAsync(CowChunks * Chunk);
        _bench.Put(Chunk * 512, 0, sizeof(ulong));
        _bench.Put((Chunk * 512) + sizeof(ulong), CowChunks - 2, sizeof(ulong));

        var status = await SnapshotBench.RunAsync("status", _bench.Table);

        Assert.Contains("(99.99 %)", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_is_the_name_of_a_file_is_told_how_to_be_read()
    {
        var table = _bench.Files["my table"];
        File.WriteAllText(table, _bench.Table);

        await _bench.RefusesAsync("status", table, $"--table - < '{table}'");
    }
}
