using System.Collections.Immutable;
using System.Net;

namespace Kcopyd.Cli.Requests;

/// <summary>What is to be served, and to whom.</summary>
/// <param name="Tables">The file with the tables; null: there is none.</param>
/// <param name="Files">Devices that are served as they are.</param>
/// <param name="Listen">Where: TCP and Unix sockets.</param>
/// <param name="Control">Where the server tells how it is.</param>
/// <param name="StateDirectory">Where what has to be known after a restart is kept.</param>
internal sealed record ServeRequest(
    string? Tables,
    ImmutableArray<(string Name, string Device)> Files,
    ImmutableArray<EndPoint> Listen,
    string Control,
    string StateDirectory)
{
    /// <summary>The devices that nobody writes.</summary>
    internal ImmutableArray<string> ReadOnly { get; init; } = [];

    /// <summary>The journal of jobs and of mirrors; null: none.</summary>
    internal JournalPlace? Journal { get; init; }

    /// <summary>The certificate in PEM; null: no TLS.</summary>
    internal string? Certificate { get; init; }

    /// <summary>Its key in PEM; null: it is in the same file.</summary>
    internal string? Key { get; init; }

    /// <summary>Whether clients may do without TLS although there is a certificate.</summary>
    internal bool TlsOptional { get; init; }

    /// <summary>Whether it may listen beyond loopback without TLS.</summary>
    internal bool AllowPlain { get; init; }

    /// <summary>How many connections there may be; null: the default.</summary>
    internal int? MaxConnections { get; init; }

    /// <summary>After what time without a request a connection is closed; null: never.</summary>
    internal TimeSpan? IdleTimeout { get; init; }
}
