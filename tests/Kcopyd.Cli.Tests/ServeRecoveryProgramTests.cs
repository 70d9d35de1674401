using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>What was under way when a server ended goes on when it starts again.</summary>
public sealed class ServeRecoveryProgramTests : IDisposable
{
    private readonly ServeBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [SkippableFact]
    public async Task A_mirror_goes_on_from_its_log()
    {
        Require.Linux();
        const int Length = 32 << 20;
        const int Regions = Length / (64 << 10);
        using var mirror = new MirrorBench();
        var (a, b) = (mirror.Files.File("a", Length), mirror.Files["b"]);
        var table = mirror.Table(Length / 512, 128, a, b);
        await MirrorBench.CreateAsync(table, "--size", "32M");
        using (var sync = MirrorBench.Start("sync", table, "--rate", "4M", "--progress", "json"))
        {
            await MirrorBench.UntilDoneAsync(sync, Regions / 16);
            sync.Signal("INT");
            await sync.EndAsync();
        }

        var clean = mirror.CleanRegions();
        _bench.Write($"m: {table}");
        using (var stopped = await _bench.StartAsync())
        {
            var work = (await _bench.DeviceAsync("m")).TryGetProperty("work", out var found) ? found : default;
            Assert.True(
                work.ValueKind == JsonValueKind.Undefined || work.GetProperty("done").GetInt64() >= clean, $"{work}");
            await ServeBench.StopAsync(stopped);
        }

        Assert.InRange(mirror.CleanRegions(), clean, Regions);
        using var running = await _bench.StartAsync();
        await _bench.UntilAtRestAsync("m");
        var status = await _bench.StatusAsync();
        await ServeBench.StopAsync(running);

        Assert.Equal(
            $"m: 0 {Length / 512} mirror 2 {a} {b} {Regions}/{Regions} 1 AA 3 disk {mirror.Log} A\n", status.Output);
        Assert.Equal(File.ReadAllBytes(a), File.ReadAllBytes(b));
        Assert.Equal(Regions, mirror.CleanRegions());
    }

    [SkippableFact]
    public async Task A_merge_goes_on_from_its_store()
    {
        Require.Linux();
        using var snapshot = new SnapshotBench(originSectors: 32 << 10, chunkSectors: 32);
        await snapshot.CreateAsync(cowSectors: 64 << 10);
        snapshot.Overwrite(Enumerable.Range(0, 512).Select(chunk => chunk * 2));
        _bench.Write($"back: {snapshot.TableOf(0, "snapshot-merge")}");
        using (var stopped = await _bench.StartAsync())
        {
            Assert.Equal(snapshot.Before, await _bench.ReadAsync("back"));
            var result = await ServeBench.StopAsync(stopped);
            Assert.True(snapshot.Entries() == 0 || result.Error.Contains(
                "back: the merge goes on at the next start", StringComparison.Ordinal));
        }

        using var running = await _bench.StartAsync();
        await _bench.UntilAtRestAsync("back");
        await ServeBench.StopAsync(running);

        Assert.Equal(snapshot.Before, File.ReadAllBytes(snapshot.Origin));
        Assert.Equal(0, snapshot.Entries());
    }

    [SkippableFact]
    public async Task A_job_of_the_journal_goes_on_and_one_that_cannot_is_shown()
    {
        Require.Linux();
        using var bench = new JobBench();
        await bench.KillMidwayAsync(bench.Source, bench["copy"], "--job", "good");
        await bench.KillMidwayAsync(bench.Source, bench["other"], "--job", "bad");
        File.Delete(bench["other"]);
        bench.File("other", 512, seed: 9);
        using var running = await _bench.StartBareAsync(
            "--export", $"a={_bench.Files.File("a", 512)}", "--journal", bench.Journal, "--socket", _bench.Socket);

        JsonElement job;
        do
        {
            job = (await bench.JobsAsync()).Single(one => one.GetProperty("job").GetString() == "good");
        }
        while (job.GetProperty("state").GetString() is "running" or "interrupted");

        Assert.Equal("completed", job.GetProperty("state").GetString());
        bench.IsCopy(bench["copy"]);
        using var status = JsonDocument.Parse((await _bench.StatusAsync("--json")).Output);
        var shown = Assert.Single(status.RootElement.GetProperty("jobs").EnumerateArray());
        Assert.Equal("bad", shown.GetProperty("job").GetString());
        Assert.Contains("bad", (await _bench.StatusAsync()).Output, StringComparison.Ordinal);
        await ServeBench.StopAsync(running);
    }

    [SkippableFact]
    public async Task A_job_of_the_default_journal_is_shown_and_left_alone()
    {
        Require.Linux();
        using var bench = new JobBench();
        await bench.KillMidwayAsync(bench.Source, bench["copy"], "--job", "mine");
        var journal = Path.Combine(_bench.StateHome, "kcopyd", "journal.db");
        Directory.CreateDirectory(Path.GetDirectoryName(journal)!);
        foreach (var suffix in new[] { "", "-wal", "-shm" }.Where(suffix => File.Exists(bench.Journal + suffix)))
        {
            File.Copy(bench.Journal + suffix, journal + suffix);
        }

        using (var running = await _bench.StartBareAsync(
            "--export", $"a={_bench.Files.File("a", 512)}", "--socket", _bench.Socket))
        {
            await ServeBench.StopAsync(running);
        }

        using var again = await _bench.StartBareAsync(
            "--export", $"a={_bench.Files["a"]}", "--socket", _bench.Socket);
        using var status = JsonDocument.Parse((await _bench.StatusAsync("--json")).Output);
        var job = Assert.Single(status.RootElement.GetProperty("jobs").EnumerateArray());
        Assert.Equal("mine", job.GetProperty("job").GetString());
        Assert.NotEqual("completed", job.GetProperty("state").GetString());
        var result = await ServeBench.StopAsync(again);
        Assert.DoesNotContain("goes on", result.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task After_the_first_leg_failed_the_other_one_is_believed()
    {
        Require.LoopDevices();
        const int Length = 2 << 20;
        using var mount = TemporaryMount.Tmpfs(1 << 20);
        SetLength(mount["backing"], Length);
        using var loop = LoopDevice.Attach(mount["backing"]);
        var (b, log) = (_bench.Files.Sparse("b", Length), _bench.Files["log"]);
        var table = $"0 {Length / 512} mirror disk 3 {log} 128 nosync 2 {loop.Path} 0 {b} 0 2 handle_errors keep_log";
        await MirrorBench.CreateAsync(table, "--size", "2M");
        _bench.Write($"m: {table}");
        using (var running = await _bench.StartAsync())
        {
            // The first leg has no room for what it does not have yet.
            Assert.False(Shell.Try("dd", "if=/dev/zero", $"of={mount["full"]}", "bs=4k", "status=none"));
            await _bench.WriteAsync("m", 0, TempDirectory.Bytes(4096, 5));
            var status = await _bench.StatusAsync();
            Assert.Equal(1, status.ExitCode);
            Assert.Contains($"problem: m: leg 0, {loop.Path}, failed: ", status.Output, StringComparison.Ordinal);
            await ServeBench.StopAsync(running);
        }

        File.Delete(mount["full"]);
        using (var running = await _bench.StartAsync())
        {
            Assert.StartsWith(
                "kcopyd: m starts with the table that it had when a leg failed: ",
                await running.NextErrorLineAsync(),
                StringComparison.Ordinal);
            await _bench.UntilAtRestAsync("m");
            Assert.Contains(
                $"2 {b} 0 {loop.Path} 0 ",
                (await _bench.StatusAsync("--show-table")).Output,
                StringComparison.Ordinal);
            Assert.Equal(TempDirectory.Bytes(4096, 5), (await _bench.ReadAsync("m"))[..4096]);
            await ServeBench.StopAsync(running);
        }

        Assert.Equal(File.ReadAllBytes(b), File.ReadAllBytes(mount["backing"]));
        var saved = Assert.Single(Directory.GetFiles(Path.Combine(_bench.StateHome, "kcopyd", "serve"), "*.table"));
        File.WriteAllText(saved, "nonsense");
        var refused = await _bench.RunAsync(_bench.Tables, "--no-journal", "--socket", _bench.Socket);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("has another table; once it is known", refused.Error, StringComparison.Ordinal);
        Assert.Contains(saved, refused.Error, StringComparison.Ordinal);
    }

    private static void SetLength(string path, long length)
    {
        using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        RandomAccess.SetLength(file, length);
    }
}
