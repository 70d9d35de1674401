using System.Net.Sockets;
using System.Text.Json;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>A running <c>kcopyd serve</c> with files, a Unix socket and a state of its own.</summary>
internal sealed class ServeBench : IDisposable
{
    private readonly List<RunningProgram> _started = [];

    public TempDirectory Files { get; } = new();

    /// <summary>The file with the tables.</summary>
    public string Tables => Files["tables"];

    /// <summary>Where <c>kcopyd status</c> asks.</summary>
    public string Control => Files["control"];

    /// <summary>Where clients connect.</summary>
    public string Socket => Files["nbd"];

    /// <summary>Where the program keeps what it has to know.</summary>
    public string StateHome => Files["state"];

    /// <summary>Writes the tables.</summary>
    public void Write(params string[] lines) => File.WriteAllLines(Tables, lines);

    /// <summary>The URI of an export.</summary>
    public string Uri(string name) => $"nbd+unix:///{name}?socket={Socket}";

    /// <summary>Starts it with the tables, without a journal.</summary>
    public Task<RunningProgram> StartAsync(params string[] words) =>
        StartBareAsync([Tables, "--socket", Socket, "--no-journal", .. words]);

    /// <summary>Starts it, and waits until clients can connect.</summary>
    public async Task<RunningProgram> StartBareAsync(params string[] words)
    {
        var running = Begin(words);
        await running.NextOutputLineAsync();
        return running;
    }

    /// <summary>Starts it.</summary>
    public RunningProgram Begin(params string[] words)
    {
        var running = KcopydProgram.StartApart(StateHome, ["serve", .. words, "--control", Control]);
        _started.Add(running);
        return running;
    }

    /// <summary>Starts it, to be refused.</summary>
    public Task<ProgramResult> RunAsync(params string[] words) => Begin(words).EndAsync();

    /// <summary>Has it end as it should.</summary>
    public static async Task<ProgramResult> StopAsync(RunningProgram running)
    {
        running.Signal("TERM");
        var result = await running.EndAsync();
        Assert.True(result.ExitCode == 0, $"{result}");
        return result;
    }

    /// <summary>Has it read changed tables, and waits until it has.</summary>
    /// <returns>What it said.</returns>
    public async Task<IReadOnlyList<string>> ReloadAsync(RunningProgram running, params string[] lines)
    {
        Write(lines);
        running.Signal("HUP");
        var said = new List<string>();
        do
        {
            said.Add(await running.NextErrorLineAsync());
        }
        while (!said[^1].Contains(" again: ", StringComparison.Ordinal)
            && !said[^1].Contains("stays as it was", StringComparison.Ordinal));
        return said;
    }

    /// <summary>Runs <c>kcopyd status</c>.</summary>
    public Task<ProgramResult> StatusAsync(params string[] words) =>
        KcopydProgram.RunAsync(["status", .. words, "--control", Control]);

    /// <summary>What <c>kcopyd status --json</c> says of a device.</summary>
    public async Task<JsonElement> DeviceAsync(string name)
    {
        using var json = JsonDocument.Parse((await StatusAsync("--json")).Output);
        return json.RootElement.GetProperty("devices").EnumerateArray()
            .Single(device => device.GetProperty("name").GetString() == name).Clone();
    }

    /// <summary>Asks until a device has nothing under way any more.</summary>
    public async Task UntilAtRestAsync(string name)
    {
        while ((await DeviceAsync(name)).TryGetProperty("work", out _))
        {
        }
    }

    /// <summary>Connects to an export.</summary>
    public Task<NbdBlockDevice> OpenAsync(string name, BlockDeviceAccess access = BlockDeviceAccess.ReadWrite) =>
        NbdBlockDevice.OpenAsync(Uri(name), access, new NbdClientOptions { Connections = 1 }, default);

    /// <summary>All bytes of an export.</summary>
    public async Task<byte[]> ReadAsync(string name)
    {
        await using var device = await OpenAsync(name, BlockDeviceAccess.Read);
        var bytes = new byte[device.Geometry.LengthBytes];
        await device.ReadAsync(0, bytes, default);
        return bytes;
    }

    /// <summary>All bytes of a file that is being served.</summary>
    public static byte[] Served(string path)
    {
        using var file = UnlockedFile.OpenRead(path);
        var bytes = new byte[RandomAccess.GetLength(file)];
        Assert.Equal(bytes.Length, RandomAccess.Read(file, bytes, 0));
        return bytes;
    }

    /// <summary>Writes an export once, durably.</summary>
    public async Task WriteAsync(string name, long offset, byte[] bytes)
    {
        await using var device = await OpenAsync(name);
        await device.WriteAsync(offset, bytes, WriteDurability.Durable, default);
    }

    /// <summary>A port of this machine that nobody has right now, taken until it is disposed.</summary>
    public static TcpListener TakePort()
    {
        var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    public void Dispose()
    {
        _started.ForEach(static running => running.Dispose());
        Files.Dispose();
    }
}
