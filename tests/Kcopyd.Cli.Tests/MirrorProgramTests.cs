using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary><c>kcopyd mirror</c> from a table line to equal legs.</summary>
public sealed class MirrorProgramTests : IDisposable
{
    private const int Length = 4 << 20;
    private const int Sectors = Length / 512;
    private const int Region = 128;
    private const int Regions = Sectors / Region;

    private readonly MirrorBench _bench = new();
    private readonly string _source;

    public MirrorProgramTests() => _source = _bench.Files.File("a", Length, seed: 1);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_mirror_is_made_synced_inspected_and_compared()
    {
        var leg = _bench.Files.File("b", Length, seed: 2);
        var table = _bench.Table(Sectors, Region, _source, leg);
        var line = $"0 {Sectors} mirror 2 {_source} {leg}";

        var created = await MirrorBench.RunAsync("create", table);
        created.IsDone();
        Assert.Equal($"{line} 0/{Regions} 1 AA 3 disk {_bench.Log} A\n", created.Output);
        Assert.Equal(0, _bench.CleanRegions());
        Assert.NotEqual(File.ReadAllBytes(_source), File.ReadAllBytes(leg));

        var synced = await MirrorBench.RunAsync("sync", table);
        synced.IsDone();
        Assert.StartsWith(
            $"{Regions} of {Regions} regions in sync; 4 MiB copied in ", synced.Output, StringComparison.Ordinal);
        Assert.Equal(TempDirectory.Bytes(Length, 1), File.ReadAllBytes(leg));
        Assert.Equal(TempDirectory.Bytes(Length, 1), File.ReadAllBytes(_source));
        Assert.Equal(Regions, _bench.CleanRegions());

        var status = await MirrorBench.RunAsync("status", table, "--show-table");
        status.IsDone();
        Assert.Equal($"{table}\n{line} {Regions}/{Regions} 1 AA 3 disk {_bench.Log} A\n", status.Output);

        var check = await MirrorBench.RunAsync("check", table);
        check.IsDone();
        Assert.Contains($"{Regions} of {Regions} regions compared", check.Output, StringComparison.Ordinal);
        Assert.Contains("no difference", check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_in_sync_is_not_copied_again()
    {
        var table = _bench.Table(Sectors, Region, _source, _bench.Files["b"]);
        await MirrorBench.CreateAsync(table, "--size", "4M");
        (await MirrorBench.RunAsync("sync", table)).IsDone();

        var again = await MirrorBench.RunAsync("sync", table, "--json");

        again.IsDone();
        using var json = JsonDocument.Parse(again.Output);
        Assert.Equal("completed", json.RootElement.GetProperty("state").GetString());
        Assert.Equal(Regions, json.RootElement.GetProperty("regionsKept").GetInt64());
        Assert.Equal(0, json.RootElement.GetProperty("bytesRecovered").GetInt64());
    }

    [Fact]
    public async Task Three_legs_of_an_odd_length_at_offsets()
    {
        const int Odd = Sectors - 77;
        var legs = new[] { _bench.Files.File("b", Length, 2), _bench.Files.File("c", Length + 512, 3) };
        var table = $"0 {Odd} mirror disk 2 {_bench.Log} {Region} 3 {_source} 0 {legs[0]} 8 {legs[1]} 70";
        await MirrorBench.CreateAsync(table);

        (await MirrorBench.RunAsync("sync", table, "--recoveries", "2")).IsDone();

        byte[] Expected(int seed, int length, int offset)
        {
            var bytes = TempDirectory.Bytes(length, seed);
            TempDirectory.Bytes(Length, 1).AsSpan(0, Odd * 512).CopyTo(bytes.AsSpan(offset * 512));
            return bytes;
        }

        Assert.Equal(Expected(2, Length, 8), File.ReadAllBytes(legs[0]));
        Assert.Equal(Expected(3, Length + 512, 70), File.ReadAllBytes(legs[1]));
        (await MirrorBench.RunAsync("check", table)).IsDone();
    }

    [Fact]
    public async Task Nosync_takes_the_legs_for_equal_and_sync_copies_everything()
    {
        var leg = _bench.Files.File("b", Length, seed: 2);
        var nosync = $"0 {Sectors} mirror disk 3 {_bench.Log} {Region} nosync 2 {_source} 0 {leg} 0";
        await MirrorBench.CreateAsync(nosync);
        Assert.Equal(Regions, _bench.CleanRegions());
        (await MirrorBench.RunAsync("sync", nosync)).IsDone();
        Assert.Equal(TempDirectory.Bytes(Length, 2), File.ReadAllBytes(leg));

        var sync = nosync.Replace("nosync", "sync", StringComparison.Ordinal);
        (await MirrorBench.RunAsync("sync", sync)).IsDone();

        Assert.Equal(TempDirectory.Bytes(Length, 1), File.ReadAllBytes(leg));
        Assert.Equal(Regions, _bench.CleanRegions());
    }

    [Fact]
    public async Task A_core_log_copies_and_compares_everything()
    {
        var leg = _bench.Files.File("b", Length, seed: 2);
        var table = $"0 {Sectors} mirror core 1 {Region} 2 {_source} 0 {leg} 0";
        Assert.Equal(1, (await MirrorBench.RunAsync("check", table)).ExitCode);

        (await MirrorBench.RunAsync("sync", table)).IsDone();

        Assert.Equal(TempDirectory.Bytes(Length, 1), File.ReadAllBytes(leg));
        (await MirrorBench.RunAsync("check", table)).IsDone();
        await _bench.RefusesAsync("create", table, "core log", "nothing to create");
        await _bench.RefusesAsync("status", table, "core log", "check");
    }

    [Fact]
    public async Task A_comparison_names_what_differs_and_changes_nothing()
    {
        var table = _bench.Table(Sectors, Region, _source, _bench.Files["b"], _bench.Files["c"]);
        await MirrorBench.CreateAsync(table, "--size", "4M");
        (await MirrorBench.RunAsync("sync", table)).IsDone();
        Spoil("b", 1_000_000);
        Spoil("c", 1_000_001);
        Spoil("c", 3_000_000);
        ClearBit(region: 1);
        Spoil("b", (Region * 512) + 5);
        var before = _bench.Everything();

        var result = await MirrorBench.RunAsync("check", table, "--json");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(before, _bench.Everything());
        using var json = JsonDocument.Parse(result.Output);
        long Number(string name) => json.RootElement.GetProperty(name).GetInt64();
        Assert.Equal("failed", json.RootElement.GetProperty("state").GetString());
        Assert.Equal((Regions - 1, 1, 2), (Number("compared"), Number("skipped"), Number("mismatched")));
        Assert.Equal(
            [1953L, 5859L],
            json.RootElement.GetProperty("ranges").EnumerateArray()
                .Select(range => range.GetProperty("sector").GetInt64()));
        var text = await MirrorBench.RunAsync("check", table);
        Assert.Contains(
            "1 skipped (out of sync): 2 regions mismatched, sectors 1953 to 1953, 5859 to 5859",
            text.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_comes_from_standard_input_and_a_leg_that_is_gone_is_dead()
    {
        var table = _bench.Table(Sectors, Region, _source, _bench.Files["b"]);
        await MirrorBench.CreateAsync(table, "--size", "4M");
        File.Delete(_bench.Files["b"]);

        var result = await KcopydProgram.RunInShellAsync(
            $"printf '# a mirror\\n\\n{table}\\n' | {KcopydProgram.Path} mirror status --table -");

        Assert.Equal(1, result.ExitCode);
        result.IsSentence(_bench.Files["b"], "no such file");
        Assert.Contains(" 1 AD 3 disk ", result.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task On_a_terminal_there_is_a_bar()
    {
        Require.Linux();
        var table = $"'0 {Sectors} mirror core 1 {Region} 2 {_source} 0 {_bench.Files.File("b", Length, 2)} 0'";

        var result = await KcopydProgram.RunOnTerminalAsync(
            "TERM=xterm", "mirror", "sync", "--rate", "3M", "--table", table);

        Assert.Equal(0, result.ExitCode);
        Assert.Matches("mirror .*%.* of 4 MiB", result.Output);
        Assert.Contains($"{Regions} of {Regions} regions in sync", result.Output, StringComparison.Ordinal);
    }

    private void Spoil(string name, int offset)
    {
        using var file = File.OpenHandle(_bench.Files[name], FileMode.Open, FileAccess.ReadWrite);
        Span<byte> one = stackalloc byte[1];
        RandomAccess.Read(file, one, offset);
        one[0] ^= 1;
        RandomAccess.Write(file, one, offset);
    }

    private void ClearBit(int region)
    {
        var log = File.ReadAllBytes(_bench.Log);
        log[1024 + (region / 8)] &= (byte)~(1 << (region % 8));
        File.WriteAllBytes(_bench.Log, log);
    }
}
