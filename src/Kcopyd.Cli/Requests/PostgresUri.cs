using System.Data.Common;

namespace Kcopyd.Cli.Requests;

/// <summary>Turns <c>postgresql://USER:PASSWORD@HOST:PORT/DATABASE?KEY=VALUE</c> into what the driver takes.
/// Pure.</summary>
internal static class PostgresUri
{
    /// <summary>The connection string.</summary>
    /// <exception cref="RefusedException">It is no such URI. The sentence has no part of it: it may have a
    /// password.</exception>
    internal static string ToConnectionString(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            throw new RefusedException(
                "the URI of the journal is none: it is postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
        }

        var parts = new DbConnectionStringBuilder { ["Host"] = uri.Host.Length > 0 ? uri.Host : "localhost" };
        if (uri.Port > 0)
        {
            parts["Port"] = uri.Port;
        }

        var user = uri.UserInfo.Split(':', 2);
        Set(parts, "Username", user[0]);
        Set(parts, "Password", user.ElementAtOrDefault(1));
        Set(parts, "Database", uri.AbsolutePath.TrimStart('/'));
        foreach (var parameter in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = parameter.Split('=', 2) is [var name, var set] ? (name, set) : (parameter, string.Empty);
            Set(parts, KeyOf(Uri.UnescapeDataString(key)), Modes(key, value));
        }

        return parts.ConnectionString;
    }

    private static void Set(DbConnectionStringBuilder parts, string key, string? escaped)
    {
        if (!string.IsNullOrEmpty(escaped))
        {
            parts[key] = Uri.UnescapeDataString(escaped);
        }
    }

    /// <summary>The names that PostgreSQL's own programs use, in the driver's words.</summary>
    private static string KeyOf(string key) => key switch
    {
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "application_name" => "Application Name",
        "connect_timeout" => "Timeout",
        "host" => "Host",
        "user" => "Username",
        "password" => "Password",
        "dbname" => "Database",
        _ => key,
    };

    private static string Modes(string key, string value) =>
        key == "sslmode" ? value.Replace("-", string.Empty, StringComparison.Ordinal) : value;
}
