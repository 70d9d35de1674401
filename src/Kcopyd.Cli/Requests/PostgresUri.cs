using System.Data.Common;

namespace Kcopyd.Cli.Requests;

/// <summary>Turns <c>postgresql://USER:PASSWORD@HOST:PORT/DATABASE?KEY=VALUE</c> into its settings.
/// Pure.</summary>
internal static class PostgresUri
{
    /// <summary>The settings, with those that follow the question mark called as they are there.</summary>
    /// <exception cref="RefusedException">It is no such URI. The sentence has no part of it: it may have a
    /// password.</exception>
    internal static DbConnectionStringBuilder Parse(string text)
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
            Set(parts, Uri.UnescapeDataString(key), value);
        }

        return parts;
    }

    private static void Set(DbConnectionStringBuilder parts, string key, string? escaped)
    {
        if (!string.IsNullOrEmpty(escaped))
        {
            parts[key] = Uri.UnescapeDataString(escaped);
        }
    }
}
