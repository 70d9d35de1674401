using System.Text.Json;
using Kcopyd.Devices;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary><c>kcopyd serve</c> gives clients what its tables say, and <c>kcopyd status</c> says how it is.</summary>
public sealed class ServeProgramTests : IDisposable
{
    private const int Length = 1 << 20;
    private const int Sectors = Length / 512;

    private readonly ServeBench _bench = new();
    private readonly string _disk;

    public ServeProgramTests() => _disk = _bench.Files.File("disk", Length);

    public void Dispose() => _bench.Dispose();

    [SkippableFact]
    public async Task The_uris_of_all_exports_are_printed_when_it_is_ready()
    {
        Require.Linux();
        _bench.Write($"b: 0 8 linear {_disk} 0", $"a: 0 8 linear {_disk} 8");
        using var running = await _bench.StartAsync("--listen", "127.0.0.1:0");
        for (var i = 0; i < 3; i++)
        {
            await running.NextOutputLineAsync();
        }

        var result = await ServeBench.StopAsync(running);

        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        var sockets = lines.Where(line => line.StartsWith("nbd+unix:", StringComparison.Ordinal)).ToArray();
        Assert.Equal([_bench.Uri("a"), _bench.Uri("b")], sockets);
        Assert.Equal(["/a", "/b"], lines.Except(sockets).Select(line => line[^2..]));
        Assert.Equal(string.Empty, result.Error);
    }

    [SkippableTheory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task It_ends_with_nothing_locked_and_no_socket_left(string signal)
    {
        Require.Linux();
        _bench.Write($"disk: 0 {Sectors} linear {_disk} 0");
        using var running = await _bench.StartAsync();
        await using var client = await _bench.OpenAsync("disk");
        await client.WriteAsync(0, new byte[512], WriteDurability.Cached, default);

        running.Signal(signal);
        var result = await running.EndAsync();

        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.False(File.Exists(_bench.Socket) || File.Exists(_bench.Control));
        using var disk = File.Open(_disk, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Equal(0, disk.ReadByte());
    }

    [SkippableFact]
    public async Task Request_that_a_device_fails_is_complained_of_and_counted()
    {
        Require.Linux();
        using var running = await _bench.StartBareAsync(
            "--export", $"disk={_disk}", "--socket", _bench.Socket, "--no-journal");
        await using var client = await _bench.OpenAsync("disk");
        await client.ReadAsync(0, new byte[512], default);

        // Somebody cuts off the file behind the server's back.
        UnlockedFile.Truncate(_disk, 4096);
        await Assert.ThrowsAsync<DeviceException>(() => client.ReadAsync(8192, new byte[512], default).AsTask());
        var said = await running.NextErrorLineAsync();
        var status = await _bench.StatusAsync();

        Assert.Contains("disk: a request of process ", said, StringComparison.Ordinal);
        Assert.Contains($"{_disk}: read at byte 8192 failed: ", said, StringComparison.Ordinal);
        Assert.Contains("2, 1 failed", status.Output, StringComparison.Ordinal);
        await ServeBench.StopAsync(running);
    }

    [SkippableFact]
    public async Task Snapshot_whose_store_is_full_is_a_problem()
    {
        Require.Linux();
        _bench.Write(
            $"base: 0 {Sectors} snapshot-origin {_disk}",
            $"day: 0 {Sectors} snapshot {_disk} {_bench.Files.Sparse("cow", 64 << 10)} PO 8");
        using var running = await _bench.StartAsync();
        await using var client = await _bench.OpenAsync("day");

        await Assert.ThrowsAsync<DeviceException>(
            () => client.WriteAsync(0, new byte[Length], WriteDurability.Cached, default).AsTask());
        var status = await _bench.StatusAsync();

        Assert.Equal(1, status.ExitCode);
        Assert.Contains($"day: 0 {Sectors} snapshot Overflow", status.Output, StringComparison.Ordinal);
        Assert.Contains(
            "its store has no room left, and what is written to it fails", $"{status}", StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Journal_that_is_not_there_is_made_and_told()
    {
        Require.Linux();
        var journal = _bench.Files["journals/new"];
        using var running = await _bench.StartBareAsync(
            "--export", $"disk={_disk}", "--socket", _bench.Socket, "--journal", journal);

        var result = await ServeBench.StopAsync(running);

        Assert.Contains(
            $"there was no journal {journal}: a new one is made, without jobs", result.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(journal));
    }

    [SkippableFact]
    public async Task Status_has_the_lines_of_device_mapper()
    {
        Require.Linux();
        _bench.Write(
            $"base: 0 64 snapshot-origin {_disk}",
            $"day: 0 64 snapshot {_disk} {_bench.Files.Sparse("cow", 1 << 20)} P 8",
            $"two: 0 8 linear {_disk} 64",
            $"two: 8 8 linear {_disk} 80");
        using var running = await _bench.StartAsync("--export", $"whole={_bench.Files.File("whole", 4096)}");

        var status = await _bench.StatusAsync();
        var tables = await _bench.StatusAsync("--show-table");
        var some = await _bench.StatusAsync("two", "base");
        var none = await _bench.StatusAsync("none");

        status.IsDone();
        tables.IsDone();
        some.IsDone();
        Assert.Equal(
            "base: 0 64 snapshot-origin \nday: 0 64 snapshot 16/2048 16\ntwo: 0 8 linear\ntwo: 8 8 linear\n"
            + "whole: 0 8 linear\n",
            status.Output);
        Assert.Equal(
            [.. File.ReadAllLines(_bench.Tables), $"whole: 0 8 linear {_bench.Files["whole"]} 0"],
            tables.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("base: 0 64 snapshot-origin \ntwo: 0 8 linear\ntwo: 8 8 linear\n", some.Output);
        none.IsRefusal("the server has no device 'none'");
        Assert.Equal(string.Empty, (await ServeBench.StopAsync(running)).Error);
    }

    [SkippableFact]
    public async Task Status_says_who_is_connected()
    {
        Require.Linux();
        _bench.Write($"disk: 0 {Sectors} linear {_disk} 0");
        using var running = await _bench.StartAsync();
        await using var client = await _bench.OpenAsync("disk");
        await client.ReadAsync(0, new byte[4096], default);

        using var json = JsonDocument.Parse((await _bench.StatusAsync("--json")).Output);
        var text = await _bench.StatusAsync();

        var one = Assert.Single(json.RootElement.GetProperty("clients").EnumerateArray());
        Assert.Equal(("disk", 4096), (one.GetProperty("export").GetString(), one.GetProperty("bytesRead").GetInt64()));
        var device = Assert.Single(json.RootElement.GetProperty("devices").EnumerateArray());
        Assert.True(device.GetProperty("exported").GetBoolean());
        Assert.Contains("Connected", text.Output, StringComparison.Ordinal);
        Assert.Contains("4 KiB", text.Output, StringComparison.Ordinal);
        text.IsDone();
    }

    [SkippableFact]
    public async Task A_device_is_served_as_it_is_and_another_for_reading_only()
    {
        Require.Linux();
        var other = _bench.Files.File("other", 4096, seed: 2);
        using var running = await _bench.StartBareAsync(
            "--export", $"disk={_disk}", "--export", $"other={other}", "--read-only", "other", "--no-journal",
            "--socket", _bench.Socket);

        await _bench.WriteAsync("disk", 512, TempDirectory.Bytes(512, 3));
        var refused = await Assert.ThrowsAsync<DeviceException>(() => _bench.OpenAsync("other"));

        Assert.Equal(DeviceErrorKind.ReadOnly, refused.Kind);
        Assert.Equal(ServeBench.Served(other), await _bench.ReadAsync("other"));
        Assert.Equal(TempDirectory.Bytes(512, 3), (await _bench.ReadAsync("disk"))[512..1024]);
        Assert.True((await _bench.DeviceAsync("other")).GetProperty("readOnly").GetBoolean());
        using var unlocked = File.Open(other, FileMode.Open, FileAccess.Read, FileShare.Read);
        running.Signal("HUP");
        Assert.Contains("no file with tables", await running.NextErrorLineAsync(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Two_devices_are_ranges_of_one_file()
    {
        Require.Linux();
        _bench.Write(
            $"one: 0 8 linear {_disk} 0", $"one: 8 8 linear {_disk} 16", $"two: 0 8 linear {_disk} 8");
        using var running = await _bench.StartAsync();

        await _bench.WriteAsync("one", 0, TempDirectory.Bytes(8192, 5));
        await _bench.WriteAsync("two", 0, TempDirectory.Bytes(4096, 6));
        await ServeBench.StopAsync(running);

        var bytes = File.ReadAllBytes(_disk);
        Assert.Equal(TempDirectory.Bytes(8192, 5)[..4096], bytes[..4096]);
        Assert.Equal(TempDirectory.Bytes(4096, 6), bytes[4096..8192]);
        Assert.Equal(TempDirectory.Bytes(8192, 5)[4096..], bytes[8192..12288]);
    }

    [SkippableFact]
    public async Task Exports_are_sources_and_targets_of_the_program()
    {
        Require.Linux();
        using var running = await _bench.StartBareAsync(
            "--export", $"disk={_disk}", "--export", $"copy={_bench.Files.Sparse("copy", Length)}", "--no-journal",
            "--socket", _bench.Socket);
        var file = _bench.Files["file"];

        (await KcopydProgram.RunAsync("copy", _bench.Uri("disk"), _bench.Uri("copy"), file)).IsDone();
        (await KcopydProgram.RunAsync("verify", _bench.Uri("disk"), _bench.Uri("copy"))).IsDone();
        await _bench.WriteAsync("copy", 4096, new byte[512]);
        var different = await KcopydProgram.RunAsync("verify", _bench.Uri("disk"), _bench.Uri("copy"), file);

        Assert.Equal(1, different.ExitCode);
        Assert.Equal(ServeBench.Served(_disk), File.ReadAllBytes(file));
        (await KcopydProgram.RunAsync("copy", _bench.Uri("none"), file, "--no-journal")).IsRefusal("none");
    }
}
