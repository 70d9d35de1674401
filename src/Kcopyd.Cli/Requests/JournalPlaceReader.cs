using System.Data.Common;

namespace Kcopyd.Cli.Requests;

/// <summary>Reads where the journal is to be. Opens nothing; follows symbolic links.</summary>
/// <param name="variable">The environment.</param>
internal sealed class JournalPlaceReader(Func<string, string?> variable)
{
    /// <summary>Takes the place of <c>--journal</c> where that is not given.</summary>
    internal const string Variable = "KCOPYD_JOURNAL";

    private const string FileName = "journal.db";
    private const string Locks = "locks";

    /// <summary>Reads it from this process's environment.</summary>
    /// <param name="given">The words of <c>--journal</c>.</param>
    /// <exception cref="RefusedException">They name no place.</exception>
    internal static JournalPlace Read(string? given) =>
        new JournalPlaceReader(Environment.GetEnvironmentVariable).ReadPlace(given);

    /// <summary>The place that was given, or the one of the environment, or the default.</summary>
    /// <param name="given">The words of <c>--journal</c>.</param>
    /// <exception cref="RefusedException">They name no place.</exception>
    internal JournalPlace ReadPlace(string? given)
    {
        if (given is not null && string.IsNullOrWhiteSpace(given))
        {
            throw new RefusedException("--journal is empty: it takes the path of a file or a PostgreSQL database");
        }

        var where = given ?? (variable(Variable) is { } set && !string.IsNullOrWhiteSpace(set) ? set : null);
        var place = where is null ? InFile(Path.Combine(StateDirectory(), FileName)) : Parse(where);
        return place with { Given = given, IsNamed = where is not null };
    }

    private JournalPlace Parse(string where)
    {
        if (where.StartsWith("postgresql://", StringComparison.Ordinal)
            || where.StartsWith("postgres://", StringComparison.Ordinal))
        {
            return InPostgres(PostgresUri.Parse(where));
        }

        return IsConnectionString(where, out var settings) ? InPostgres(settings) : InFile(where);
    }

    /// <summary>All names of a file have to lead to the same lock files.</summary>
    private static JournalPlace InFile(string given)
    {
        var path = RealPath.Of(given);
        return new JournalPlace(path, false, Path.Combine(Path.GetDirectoryName(path) ?? "/", Locks));
    }

    private JournalPlace InPostgres(DbConnectionStringBuilder settings) =>
        new(PostgresSettings.Translate(settings), true, RealPath.Of(Path.Combine(StateDirectory(), Locks)));

    /// <summary>A path may have an equals sign: only a host makes a connection string.</summary>
    private static bool IsConnectionString(string where, out DbConnectionStringBuilder settings)
    {
        settings = [];
        var hasHost = where.Split(';').Any(part => part.Split('=')[0].Trim().ToUpperInvariant() is "HOST" or "SERVER");
        if (!hasHost || !where.Contains('=', StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            settings.ConnectionString = where;
            return true;
        }
        catch (ArgumentException)
        {
            throw new RefusedException("the connection string of the journal is not made of KEY=VALUE;KEY=VALUE");
        }
    }

    /// <summary>Where the program keeps what it has to know next time.</summary>
    /// <exception cref="RefusedException">There is no home directory.</exception>
    internal string StateDirectory()
    {
        // What is not absolute is to be ignored, says the specification of these directories.
        if (variable("XDG_STATE_HOME") is { } state && Path.IsPathRooted(state))
        {
            return Path.Combine(state, "kcopyd");
        }

        var home = variable("HOME") is { Length: > 0 } set
            ? set
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0
            ? Path.Combine(home, ".local", "state", "kcopyd")
            : throw new RefusedException(
                "there is no home directory for the journal: --journal PATH says where it is to be, "
                + "--no-journal does without");
    }
}
