using System.Net.Sockets;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Nbd.Tests.Client;

/// <summary>A server on a Unix socket that does what a test tells it, right or wrong.</summary>
/// <remarks>The first script is the first connection's, and so on; the last one is that of all further
/// connections.</remarks>
internal sealed class FakeServer : IAsyncDisposable
{
    /// <summary>The name of the one export.</summary>
    public const string Export = "disk";

    private readonly TempDirectory _directory = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<FakePeer, Task>[] _scripts;
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;

    public FakeServer(params Func<FakePeer, Task>[] scripts)
    {
        _scripts = scripts;
        _listener.Bind(new UnixDomainSocketEndPoint(_directory["socket"]));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public string Uri => $"nbd+unix:///{Export}?socket={_directory["socket"]}";

    /// <summary>How many connections there were.</summary>
    public int ConnectionCount { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        await Task.WhenAll(_connections);
        _listener.Dispose();
        _directory.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_end.Token);
                var script = _scripts[Math.Min(ConnectionCount++, _scripts.Length - 1)];
                _connections.Add(PlayAsync(socket, script));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    /// <summary>A client that is lied to may go at any time.</summary>
    private async Task PlayAsync(Socket socket, Func<FakePeer, Task> script)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await script(new FakePeer(stream, _end.Token));
        }
        catch (Exception gone) when (gone is IOException or NbdProtocolException or OperationCanceledException)
        {
        }
    }
}
