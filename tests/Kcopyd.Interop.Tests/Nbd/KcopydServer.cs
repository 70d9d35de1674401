using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Kcopyd.Cli.Tests;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary><c>kcopyd serve</c> as a process, killed with the test if nothing else ended it.</summary>
internal sealed class KcopydServer : IAsyncDisposable
{
    /// <summary>Nothing here takes so long on a quiet machine; past this the program hangs.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly string _control;
    private readonly Task<string> _complaints;
    private readonly List<string> _uris = [];

    private KcopydServer(Process process, string control, string socket)
    {
        (_process, _control, Socket) = (process, control, socket);
        _complaints = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The Unix socket it listens at.</summary>
    public string Socket { get; }

    /// <summary>What it printed when it was ready.</summary>
    public IReadOnlyList<string> Uris => _uris;

    /// <summary>Starts it over disks, at a Unix socket and at a port of its choice, and waits until it is
    /// ready.</summary>
    public static async Task<KcopydServer> StartAsync(TempDirectory files, params IReadOnlyList<ServedDisk> disks)
    {
        await File.WriteAllLinesAsync(files["tables"], disks.SelectMany(static disk => disk.Lines));
        string[] words =
        [
            "serve", files["tables"], "--no-journal", "--control", files["control"],
            "--socket", files["socket"], "--listen", "127.0.0.1:0",
            .. disks.SelectMany(static disk => disk.Arguments),
        ];
        var process = Process.Start(new ProcessStartInfo(KcopydProgram.Path, words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["XDG_STATE_HOME"] = KcopydProgram.StateHome },
        })!;
        var server = new KcopydServer(process, files["control"], files["socket"]);
        try
        {
            await server.BecomeReadyAsync([.. disks.SelectMany(static disk => disk.Exports)]);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where an export is, at the Unix socket.</summary>
    public string Uri(string name) => $"nbd+unix:///{name}?socket={Socket}";

    /// <summary>Where an export is, over TCP.</summary>
    public string TcpUri(string name) => _uris.Single(uri =>
        uri.StartsWith("nbd://", StringComparison.Ordinal) && uri.EndsWith($"/{name}", StringComparison.Ordinal));

    /// <summary>What <c>kcopyd status</c> says of a device.</summary>
    public async Task<JsonElement> StatusAsync(string name)
    {
        var result = await KcopydProgram.RunAsync("status", name, "--control", _control, "--json");
        Assert.True(result.ExitCode is 0 or 1, $"{result}");
        using var document = JsonDocument.Parse(result.Output);
        return document.RootElement.GetProperty("devices").EnumerateArray().Single().Clone();
    }

    /// <summary>Waits until <c>kcopyd status</c> has nothing under way at a device.</summary>
    public async Task UntilIdleAsync(string name)
    {
        using var bound = new CancellationTokenSource(Bound);
        while ((await StatusAsync(name)).TryGetProperty("work", out _))
        {
            bound.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Sends SIGKILL, and waits for the end.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await EndAsync();
    }

    /// <summary>Sends SIGTERM, and asserts that it ended well.</summary>
    /// <returns>What it complained about.</returns>
    public async Task<string> TerminateAsync()
    {
        Shell.Run("kill", "-TERM", _process.Id.ToString(CultureInfo.InvariantCulture));
        await EndAsync();
        var complaints = await _complaints;
        Assert.True(_process.ExitCode == 0, $"Exit code {_process.ExitCode}: {complaints}");
        return complaints;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private async Task EndAsync()
    {
        using var bound = new CancellationTokenSource(Bound);
        await _process.WaitForExitAsync(bound.Token);
    }

    private async Task BecomeReadyAsync(string[] exports)
    {
        using var bound = new CancellationTokenSource(Bound);
        while (_uris.Count < 2 * exports.Length)
        {
            if (await _process.StandardOutput.ReadLineAsync(bound.Token) is not { } line)
            {
                Assert.Fail($"It ended before it was ready: {await _complaints}");
                return;
            }

            _uris.Add(line);
        }

        Assert.All(exports, name => Assert.Contains(Uri(name), _uris));
    }
}
