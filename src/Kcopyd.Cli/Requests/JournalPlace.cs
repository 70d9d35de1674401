using System.Collections.Frozen;
using System.Data.Common;

namespace Kcopyd.Cli.Requests;

/// <summary>Where jobs are journaled: a SQLite file or a PostgreSQL database.</summary>
/// <param name="Target">The absolute path of the file, or the connection string.</param>
/// <param name="IsPostgres">Which of them.</param>
/// <param name="LockDirectory">Where running jobs have their lock files, on this machine.</param>
internal sealed record JournalPlace(string Target, bool IsPostgres, string LockDirectory)
{
    /// <summary>What is in a connection string and no secret, whatever the value: all else may be one.</summary>
    private static readonly FrozenSet<string> Harmless = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Host",
        "Server",
        "Port",
        "Database",
        "Username",
        "User Name",
        "User ID",
        "SSL Mode",
        "Timeout",
        "Application Name");

    /// <summary>The words of <c>--journal</c>; null where it was not given.</summary>
    internal string? Given { get; init; }

    /// <summary>It in words, without a password.</summary>
    internal string Name => IsPostgres ? $"the PostgreSQL database {Database()}" : Target;

    /// <summary>Whether somebody chose the place, with <c>--journal</c> or in the environment, so that it is a slip if
    /// nothing is there.</summary>
    internal bool IsNamed { get; init; }

    /// <summary>Whether <see cref="Given"/> is not fit to be shown.</summary>
    internal bool MayHaveSecret => IsPostgres
        && !Harmless.IsSupersetOf(new DbConnectionStringBuilder { ConnectionString = Target }.Keys.Cast<string>());

    private string Database()
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = Target };
        var host = parts.TryGetValue("Host", out var named) ? $"{named}" : $"{parts["Server"]}";
        return parts.TryGetValue("Database", out var database) ? $"{database} on {host}" : $"on {host}";
    }
}
