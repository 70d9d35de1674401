using System.Diagnostics;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>Somebody else's server at a Unix socket, killed with the test if nothing else ended it.</summary>
internal sealed class PeerServer : IDisposable
{
    private readonly Process _process;
    private readonly string _socket;
    private bool _isKilled;

    private PeerServer(Process process, string socket) => (_process, _socket) = (process, socket);

    /// <summary>Its default export.</summary>
    public string Uri => $"nbd+unix:///?socket={_socket}";

    /// <summary>Where the default export of a server is that was started in a directory.</summary>
    public static string UriIn(TempDirectory files, string name = "socket") => $"nbd+unix:///?socket={files[name]}";

    /// <summary>Starts nbdkit.</summary>
    public static Task<PeerServer> StartNbdkitAsync(TempDirectory files, params IEnumerable<string> arguments) =>
        StartNbdkitAsync(files, "socket", arguments);

    /// <summary>Starts one of several, at a socket of that name.</summary>
    public static Task<PeerServer> StartNbdkitAsync(
        TempDirectory files, string socket, params IEnumerable<string> arguments) =>
        StartAsync(files[socket], "nbdkit", ["-U", files[socket], "-P", $"{files[socket]}.pid", .. arguments]);

    /// <summary>Starts qemu-nbd, which serves until it is killed.</summary>
    public static Task<PeerServer> StartQemuAsync(TempDirectory files, params IEnumerable<string> arguments) =>
        StartQemuOnceAsync(files, ["-t", .. arguments]);

    /// <summary>Starts qemu-nbd, which ends when its last client goes.</summary>
    public static Task<PeerServer> StartQemuOnceAsync(TempDirectory files, params IEnumerable<string> arguments)
    {
        var socket = files["socket"];
        string[] common = ["-f", "raw", "--fork", "--pid-file", $"{socket}.pid", "-k", socket];
        return StartAsync(socket, "qemu-nbd", [.. common, .. arguments]);
    }

    /// <summary>Sends SIGKILL, and removes the socket that it leaves behind.</summary>
    public void Kill()
    {
        _isKilled = true;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        File.Delete(_socket);
    }

    public void Dispose()
    {
        if (!_isKilled)
        {
            Kill();
        }
    }

    /// <summary>Starts a server that goes into the background when it listens.</summary>
    private static async Task<PeerServer> StartAsync(string socket, string program, string[] arguments)
    {
        var pid = $"{socket}.pid";
        File.Delete(pid);
        Shell.Run(program, arguments);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!File.Exists(pid) || new FileInfo(pid).Length == 0)
        {
            await timer.WaitForNextTickAsync();
        }

        var id = int.Parse((await File.ReadAllTextAsync(pid)).Trim(), null);
        return new PeerServer(Process.GetProcessById(id), socket);
    }
}
