using System.Data.Common;

namespace Kcopyd.Cli.Requests;

/// <summary>Where jobs are journaled: a SQLite file or a PostgreSQL database.</summary>
/// <param name="Target">The absolute path of the file, or the connection string.</param>
/// <param name="IsPostgres">Which of them.</param>
/// <param name="LockDirectory">Where running jobs have their lock files, on this machine.</param>
internal sealed record JournalPlace(string Target, bool IsPostgres, string LockDirectory)
{
    /// <summary>The words of <c>--journal</c>; null where it was not given.</summary>
    internal string? Given { get; init; }

    /// <summary>It in words, without a password.</summary>
    internal string Name => IsPostgres ? $"the PostgreSQL database {Database()}" : Target;

    /// <summary>Whether <see cref="Given"/> is fit to be shown.</summary>
    internal bool HasSecret => IsPostgres
        && new DbConnectionStringBuilder { ConnectionString = Target }.ContainsKey("Password");

    private string Database()
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = Target };
        var host = parts.TryGetValue("Host", out var named) ? $"{named}" : $"{parts["Server"]}";
        return parts.TryGetValue("Database", out var database) ? $"{database} on {host}" : $"on {host}";
    }
}
