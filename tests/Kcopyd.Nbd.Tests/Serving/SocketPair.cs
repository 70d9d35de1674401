using System.Net.Sockets;
using Kcopyd.Nbd.Serving;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Nbd.Tests.Serving;

/// <summary>Both ends of a connection, and what a server knows of it.</summary>
internal sealed class SocketPair : IDisposable
{
    private readonly TempDirectory _directory = new();

    public SocketPair()
    {
        var at = new UnixDomainSocketEndPoint(_directory["socket"]);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(at);
        listener.Listen();
        Near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Near.Connect(at);
        Far = listener.Accept();
        Client = new ServedClient(Far, Failures.Add);
    }

    /// <summary>What its requests failed of.</summary>
    public List<NbdRequestFailure> Failures { get; } = [];

    /// <summary>The client's.</summary>
    public Socket Near { get; }

    /// <summary>The server's.</summary>
    public Socket Far { get; }

    public ServedClient Client { get; }

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
        _directory.Dispose();
    }
}
