using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>What <c>kcopyd serve</c> does not begin, in a sentence.</summary>
public sealed class ServeRefusalProgramTests : IDisposable
{
    private const int Length = 1 << 20;

    private readonly ServeBench _bench = new();
    private readonly string _disk;

    public ServeRefusalProgramTests()
    {
        _disk = _bench.Files.File("disk", Length);
        _bench.Write($"disk: 0 8 linear {_disk} 0");
    }

    public void Dispose() => _bench.Dispose();

    [SkippableFact]
    public async Task A_second_server_with_the_same_control_socket()
    {
        Require.Linux();
        using var running = await _bench.StartAsync();

        var second = await _bench.RunAsync(
            "--export", $"a={_bench.Files.File("a", 512)}", "--no-journal", "--listen", "127.0.0.1:0");

        second.IsRefusal("is taken, by another server", "--control");
        (await _bench.StatusAsync()).IsDone();
    }

    [SkippableFact]
    public async Task A_control_socket_that_a_killed_server_left_is_taken_over()
    {
        Require.Linux();
        using (var killed = await _bench.StartAsync())
        {
            killed.Kill();
            await killed.EndAsync();
        }

        (await _bench.StatusAsync()).IsRefusal("no server answers at", "kcopyd serve begins one");
        using var running = await _bench.StartAsync();
        (await _bench.StatusAsync()).IsDone();
    }

    [SkippableFact]
    public async Task A_port_that_is_taken()
    {
        Require.Linux();
        using var taken = ServeBench.TakePort();

        var result = await _bench.RunAsync(_bench.Tables, "--no-journal", "--listen", $"{taken.LocalEndpoint}");

        result.IsRefusal($"{taken.LocalEndpoint} cannot be listened at");
        Assert.False(File.Exists(_bench.Control));
    }

    [SkippableFact]
    public async Task An_address_that_other_machines_reach_without_tls()
    {
        Require.Linux();

        (await _bench.RunAsync(_bench.Tables, "--no-journal", "--listen", "0.0.0.0:0"))
            .IsRefusal("0.0.0.0:0 can be reached from other machines", "--tls-certificate", "--allow-plain");
        using var running = await _bench.StartBareAsync(
            _bench.Tables, "--no-journal", "--listen", "0.0.0.0:0", "--allow-plain");
    }

    [SkippableTheory]
    [InlineData("disk", "line 1: a line is NAME:")]
    [InlineData("disk: 0 8 linear", "line 1: the line ends after word 3")]
    [InlineData("disk: 0 00 linear /a 0", "line 1: word 2 is '00'")]
    [InlineData("disk: 0 8 raid1 /a 0", "the target of disk is 'raid1'")]
    [InlineData("disk: 0 8 linear /dev/mapper/disk 0", "disk is made of itself")]
    [InlineData("disk: 0 8 linear 999:999 0", "there is no block device 999:999")]
    [InlineData("disk: 0 8 snapshot /a /a P 8", "line 1: ")]
    public async Task Tables_with_a_mistake(string line, string words)
    {
        Require.Linux();
        _bench.Write(line);

        (await _bench.RunAsync(_bench.Tables, "--no-journal")).IsRefusal(words);
    }

    [SkippableFact]
    public async Task What_is_not_there()
    {
        Require.Linux();

        (await _bench.RunAsync(_bench.Files["none"], "--no-journal")).IsRefusal("the tables cannot be read");
        (await _bench.RunAsync(_bench.Tables, "--no-journal", "--read-only", "none")).IsRefusal("no device 'none'");
        (await _bench.RunAsync(_bench.Tables, "--no-journal", "--tls-certificate", _bench.Files["none"]))
            .IsRefusal("the certificate", "cannot be used");
        (await _bench.RunAsync()).IsRefusal("there is nothing to serve");
    }

    [SkippableFact]
    public async Task Nothing_of_it_runs()
    {
        Require.Linux();

        var result = await _bench.RunAsync("--export", $"a={_bench.Files["none"]}", "--no-journal");

        Assert.Equal((2, string.Empty), (result.ExitCode, result.Output));
        Assert.Equal(2, result.ErrorLines.Length);
        Assert.StartsWith("kcopyd: a: ", result.ErrorLines[0], StringComparison.Ordinal);
        Assert.Equal("kcopyd: nothing can be served", result.ErrorLines[1]);
        Assert.False(File.Exists(_bench.Files["none"]));
    }

    [SkippableFact]
    public async Task Devices_that_overlap_and_the_first_is_served()
    {
        Require.Linux();
        _bench.Write($"one: 0 16 linear {_disk} 0", $"two: 0 8 linear {_disk} 8");
        using var running = await _bench.StartAsync();

        Assert.Equal(
            $"kcopyd: two: two, {_disk}, and one, {_disk}, are the same storage", await running.NextErrorLineAsync());
        var status = await _bench.StatusAsync();

        Assert.Equal(1, status.ExitCode);
        Assert.StartsWith("one: 0 16 linear\nproblem: two: two, ", status.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _bench.StatusAsync("one")).ExitCode);
    }

    [SkippableFact]
    public async Task The_journal_as_a_device()
    {
        Require.Linux();
        var journal = _bench.Files["journal.db"];
        (await KcopydProgram.RunAsync("copy", _disk, _bench.Files["copy"], "--journal", journal)).IsDone();

        var result = await _bench.RunAsync(
            "--export", $"a={journal}", "--journal", journal, "--listen", "127.0.0.1:0");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("is the journal", result.ErrorLines[0], StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_mounted_device()
    {
        Require.LoopDevices();
        Require.Programs("mkfs.ext4");
        var image = _bench.Files.Sparse("image", 8 << 20);
        using var loop = LoopDevice.Attach(image);
        Shell.Run("mkfs.ext4", "-q", loop.Path);
        using var mount = TemporaryMount.Of(loop.Path);

        var device = await _bench.RunAsync("--export", $"a={loop.Path}", "--no-journal", "--listen", "127.0.0.1:0");
        var file = await _bench.RunAsync("--export", $"a={image}", "--no-journal", "--listen", "127.0.0.1:0");

        Assert.Equal((2, 2), (device.ExitCode, file.ExitCode));
        Assert.Contains($"{loop.Path} is mounted at {mount.Path}", device.ErrorLines[0], StringComparison.Ordinal);
        Assert.Contains($"{image} is mounted at {mount.Path}", file.ErrorLines[0], StringComparison.Ordinal);
    }
}
