using System.Security.Cryptography.X509Certificates;

namespace Kcopyd.Nbd.Serving;

/// <summary>What a server lets its clients do.</summary>
public sealed record NbdServerOptions
{
    /// <summary>How many connections may be open at a time, on all exports; more are closed at once. 1 or more;
    /// default 256.</summary>
    public int MaxConnections { get; init; } = 256;

    /// <summary>How many requests of one connection may be under way; more wait in its socket. 1 to 4096; default
    /// 64.</summary>
    public int MaxRequests { get; init; } = 64;

    /// <summary>The longest read or write, and what all requests of one connection that are under way may hold
    /// together; unit: bytes. A multiple of 64 KiB, up to 32 MiB, which is the default.</summary>
    public int MaxRequestBytes { get; init; } = Protocol.NbdLimits.MaxPayload;

    /// <summary>How long a client may take until it has chosen an export. Default 30 seconds.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may be without any request under way before it is closed; infinite, the
    /// default: for ever.</summary>
    public TimeSpan IdleTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long requests may take, when the server ends, before their connections are cut. Default 30
    /// seconds.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The certificate, with its key, that the server shows to clients who want TLS; null, the default: it has
    /// none. The caller's.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whether clients must use TLS. Default false.</summary>
    public bool RequireTls { get; init; }

    /// <summary>Whether it may listen beyond loopback although TLS is not required. Default false.</summary>
    public bool AllowPlainRemote { get; init; }
}
