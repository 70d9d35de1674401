using System.Collections.Immutable;

namespace Kcopyd.Cli.Requests;

/// <summary>The words of a command line about a server, as they were given.</summary>
internal sealed record ServeText
{
    internal string? Tables { get; init; }

    /// <summary>Of <c>--export</c>: NAME=DEVICE.</summary>
    internal ImmutableArray<string> Exports { get; init; } = [];

    /// <summary>Of <c>--read-only</c>.</summary>
    internal ImmutableArray<string> ReadOnly { get; init; } = [];

    /// <summary>Of <c>--listen</c>: ADDRESS[:PORT].</summary>
    internal ImmutableArray<string> Listen { get; init; } = [];

    /// <summary>Of <c>--socket</c>.</summary>
    internal ImmutableArray<string> Sockets { get; init; } = [];

    internal string? Control { get; init; }

    internal string? Certificate { get; init; }

    internal string? Key { get; init; }

    internal string? MaxConnections { get; init; }

    internal string? IdleTimeout { get; init; }

    internal bool TlsOptional { get; init; }

    internal bool AllowPlain { get; init; }

    internal JournalText Journaling { get; init; } = new();
}
