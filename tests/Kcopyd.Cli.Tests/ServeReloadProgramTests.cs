using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>SIGHUP makes a running server what its changed tables say, and disturbs nobody who is not meant.</summary>
public sealed class ServeReloadProgramTests : IDisposable
{
    private const int Length = 1 << 20;
    private const int Sectors = Length / 512;

    private readonly ServeBench _bench = new();
    private readonly string _disk;

    public ServeReloadProgramTests() => _disk = _bench.Files.File("disk", Length);

    public void Dispose() => _bench.Dispose();

    private string Base => $"base: 0 {Sectors} snapshot-origin {_disk}";

    [SkippableFact]
    public async Task A_device_that_was_missing_is_served_when_it_is_there()
    {
        Require.Linux();
        var late = _bench.Files["late"];
        string[] lines = [$"disk: 0 8 linear {_disk} 0", $"late: 0 8 linear {late} 0"];
        _bench.Write(lines);
        using var running = await _bench.StartAsync();
        Assert.StartsWith("kcopyd: late: ", await running.NextErrorLineAsync(), StringComparison.Ordinal);
        var status = await _bench.StatusAsync();
        Assert.Equal(1, status.ExitCode);
        Assert.Contains("problem: late: ", status.Output, StringComparison.Ordinal);
        await using var client = await _bench.OpenAsync("disk");

        _bench.Files.File("late", 4096, seed: 2);
        var said = await _bench.ReloadAsync(running, lines);

        Assert.Equal($"kcopyd: read {_bench.Tables} again: 2 exports are served", Assert.Single(said));
        Assert.Equal(ServeBench.Served(late), await _bench.ReadAsync("late"));
        (await _bench.StatusAsync()).IsDone();
        await client.ReadAsync(0, new byte[512], default);
    }

    [SkippableFact]
    public async Task Tables_with_a_mistake_change_nothing()
    {
        Require.Linux();
        _bench.Write($"disk: 0 8 linear {_disk} 0");
        using var running = await _bench.StartAsync();
        await using var client = await _bench.OpenAsync("disk");

        var said = await _bench.ReloadAsync(running, "other: 0 8 linear /none 0", "disk: 0 8 linar /none 0");

        Assert.Contains("line 2", Assert.Single(said), StringComparison.Ordinal);
        await client.WriteAsync(0, new byte[512], WriteDurability.Cached, default);
        Assert.StartsWith("disk: 0 8 linear\n", (await _bench.StatusAsync("disk")).Output, StringComparison.Ordinal);
        File.Delete(_bench.Tables);
        running.Signal("HUP");
        Assert.Contains("cannot be read", await running.NextErrorLineAsync(), StringComparison.Ordinal);
        (await _bench.StatusAsync()).IsDone();
    }

    [SkippableFact]
    public async Task A_snapshot_comes_and_goes_while_a_client_writes()
    {
        Require.Linux();
        _bench.Write(Base);
        using var running = await _bench.StartAsync();
        await using var client = await _bench.OpenAsync("base");
        await client.WriteAsync(0, TempDirectory.Bytes(64 << 10, 7), WriteDurability.Cached, default);
        var epoch = client.WriteEpoch;
        using var stop = new CancellationTokenSource();
        var writer = WriteAsync(client, stop.Token);

        var added = await _bench.ReloadAsync(
            running, Base, $"day: 0 {Sectors} snapshot {_disk} {_bench.Files.Sparse("cow", 4 << 20)} P 8");
        var moment = await _bench.ReadAsync("day");
        await client.WriteAsync(0, TempDirectory.Bytes(64 << 10, 8), WriteDurability.Cached, default);
        var later = await _bench.ReadAsync("day");
        var removed = await _bench.ReloadAsync(running, Base);
        await stop.CancelAsync();
        var writes = await writer;

        Assert.Contains("2 exports", Assert.Single(added), StringComparison.Ordinal);
        Assert.Contains("1 export is", Assert.Single(removed), StringComparison.Ordinal);
        Assert.Equal(moment, later);
        Assert.Equal(TempDirectory.Bytes(64 << 10, 7), moment[..(64 << 10)]);
        Assert.Equal(TempDirectory.Bytes(64 << 10, 8), (await _bench.ReadAsync("base"))[..(64 << 10)]);
        Assert.Equal(epoch, client.WriteEpoch);
        Assert.True(writes > 0);
        await Assert.ThrowsAsync<DeviceException>(() => _bench.OpenAsync("day"));
    }

    [SkippableFact]
    public async Task A_snapshot_becomes_its_own_merge_and_the_origin_is_what_it_was()
    {
        Require.Linux();
        var before = File.ReadAllBytes(_disk);
        var cow = _bench.Files.Sparse("cow", 4 << 20);
        _bench.Write(Base, $"day: 0 {Sectors} snapshot {_disk} {cow} P 8");
        using var running = await _bench.StartAsync();
        await using var client = await _bench.OpenAsync("base");
        await client.WriteAsync(0, TempDirectory.Bytes(Length / 2, 7), WriteDurability.Durable, default);

        Write($"back: 0 {Sectors} snapshot-merge {_disk} {cow} P 8");
        running.Signal("HUP");
        var said = new[] { await running.NextErrorLineAsync(), await running.NextErrorLineAsync() };

        Assert.Contains("kcopyd: back: all of it is in the origin", said);
        Assert.Contains(said, line => line.Contains("2 exports are served", StringComparison.Ordinal));
        var bytes = new byte[Length];
        await client.ReadAsync(0, bytes, default);
        Assert.Equal(before, bytes);
        Assert.StartsWith(
            $"back: 0 {Sectors} snapshot-merge 16/8192 16\nbase: 0 {Sectors} snapshot-origin \n",
            (await _bench.StatusAsync("back", "base")).Output,
            StringComparison.Ordinal);
        await ServeBench.StopAsync(running);
        Assert.Equal(before, File.ReadAllBytes(_disk));

        void Write(string line) => _bench.Write(Base, line);
    }

    [SkippableFact]
    public async Task A_snapshot_that_cannot_begin_is_said_and_the_others_go_on()
    {
        Require.Linux();
        _bench.Write(Base);
        using var running = await _bench.StartAsync();
        await using var client = await _bench.OpenAsync("base");

        var said = await _bench.ReloadAsync(
            running, Base, $"day: 0 {Sectors} snapshot {_disk} {_bench.Files["none"]} P 8");

        Assert.StartsWith("kcopyd: day: ", said[0], StringComparison.Ordinal);
        Assert.Contains("1 export is served", said[1], StringComparison.Ordinal);
        await client.WriteAsync(0, new byte[512], WriteDurability.Cached, default);
        var status = await _bench.StatusAsync("day");
        Assert.Equal(1, status.ExitCode);
        Assert.StartsWith("problem: day: ", status.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("day: day", status.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _bench.StatusAsync("base")).ExitCode);
    }

    [SkippableFact]
    public async Task What_is_made_of_a_snapshot_is_made_of_the_one_that_takes_its_place()
    {
        Require.Linux();
        var cow = _bench.Files.Sparse("cow", 4 << 20);
        _bench.Write(
            Base, $"day: 0 {Sectors} snapshot {_disk} {cow} P 8", "part: 0 8 linear /dev/mapper/day 0");
        using var running = await _bench.StartAsync();
        await _bench.WriteAsync("part", 0, TempDirectory.Bytes(4096, 9));

        await _bench.ReloadAsync(
            running, Base, $"day: 0 {Sectors} snapshot {_disk} {cow} PO 8", "part: 0 8 linear /dev/mapper/day 0");

        Assert.Equal(TempDirectory.Bytes(4096, 9), await _bench.ReadAsync("part"));
        (await _bench.StatusAsync()).IsDone();
        var said = await _bench.ReloadAsync(running, Base, "part: 0 8 linear /dev/mapper/day 0");
        Assert.StartsWith("kcopyd: part: ", said[0], StringComparison.Ordinal);
        Assert.Equal(1, (await _bench.StatusAsync("part")).ExitCode);
    }

    [SkippableFact]
    public async Task Another_table_of_a_mirror_starts_it_again()
    {
        Require.Linux();
        var (b, c) = (_bench.Files.Sparse("b", Length), _bench.Files.Sparse("c", Length));
        _bench.Write(
            $"m: 0 {Sectors} mirror core 1 128 2 {_disk} 0 {b} 0",
            $"keep: 0 8 linear {_bench.Files.File("k", 4096)} 0");
        using var running = await _bench.StartAsync();
        await using var kept = await _bench.OpenAsync("keep");
        await _bench.UntilAtRestAsync("m");

        await _bench.ReloadAsync(
            running,
            $"m: 0 {Sectors} mirror core 1 128 3 {_disk} 0 {b} 0 {c} 0",
            $"keep: 0 8 linear {_bench.Files["k"]} 0");
        await _bench.UntilAtRestAsync("m");
        await _bench.WriteAsync("m", 0, TempDirectory.Bytes(4096, 4));
        await kept.ReadAsync(0, new byte[512], default);
        await ServeBench.StopAsync(running);

        Assert.Equal(TempDirectory.Bytes(4096, 4), File.ReadAllBytes(c)[..4096]);
        Assert.Equal(File.ReadAllBytes(_disk), File.ReadAllBytes(b));
        Assert.Equal(File.ReadAllBytes(_disk), File.ReadAllBytes(c));
    }

    [SkippableFact]
    public async Task Devices_are_made_of_devices_and_parts_are_nobodys()
    {
        Require.Linux();
        var b = _bench.Files.Sparse("b", Length);
        string Origin(string mirror) => $"base: 0 {Sectors} snapshot-origin /dev/mapper/{mirror}";
        string Mirror(string options) => $"m: 0 {Sectors} mirror core 1 128 2 {_disk} 0 {b} 0{options}";
        _bench.Write(Origin("m"), Mirror(string.Empty));
        using var running = await _bench.StartAsync();

        await Assert.ThrowsAsync<DeviceException>(() => _bench.OpenAsync("m"));
        Assert.False((await _bench.DeviceAsync("m")).GetProperty("exported").GetBoolean());
        await using var client = await _bench.OpenAsync("base");
        await client.WriteAsync(0, TempDirectory.Bytes(4096, 4), WriteDurability.Cached, default);

        // What it is made of is another mirror now, and the client finds the new one where the old one was.
        var said = await _bench.ReloadAsync(running, Origin("m"), Mirror(" 1 handle_errors"));
        await client.WriteAsync(4096, TempDirectory.Bytes(4096, 5), WriteDurability.Durable, default);
        await _bench.UntilAtRestAsync("m");
        await ServeBench.StopAsync(running);

        Assert.Contains("1 export is served", said[^1], StringComparison.Ordinal);
        Assert.Equal(TempDirectory.Bytes(4096, 5), File.ReadAllBytes(_disk)[4096..8192]);
        Assert.Equal(File.ReadAllBytes(_disk), File.ReadAllBytes(b));
    }

    private static async Task<int> WriteAsync(NbdBlockDevice device, CancellationToken stop)
    {
        var (block, writes) = (new byte[4096], 0);
        while (!stop.IsCancellationRequested)
        {
            // Beyond what the test compares with what it wrote itself; the same bytes, so that the moment is known.
            block[0] = (byte)(writes == 0 ? 1 : writes);
            await device.WriteAsync((128 << 10) + (writes++ % 64 * 4096), block, WriteDurability.Cached, default);
        }

        return writes;
    }
}
