using System.Collections.Frozen;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Kcopyd.Cli.Requests;

/// <summary>Settings of a connection to PostgreSQL, as people give them, in the driver's words.</summary>
/// <remarks>No sentence of it has a value: it may be a password.</remarks>
internal static class PostgresSettings
{
    /// <summary>What PostgreSQL's own programs call what the driver calls otherwise.</summary>
    private static readonly FrozenDictionary<string, string> Names =
        new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["user"] = "Username",
            ["dbname"] = "Database",
            ["sslmode"] = "SSL Mode",
            ["sslcert"] = "SSL Certificate",
            ["sslkey"] = "SSL Key",
            ["sslpassword"] = "SSL Password",
            ["sslrootcert"] = "Root Certificate",
            ["application_name"] = "Application Name",
            ["connect_timeout"] = "Timeout",
            ["channel_binding"] = "Channel Binding",
            ["client_encoding"] = "Client Encoding",
            ["target_session_attrs"] = "Target Session Attributes",
            ["krbsrvname"] = "Kerberos Service Name",
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The connection string that the driver takes.</summary>
    /// <exception cref="RefusedException">It would not take it.</exception>
    /// <remarks>Not inlined: who has a SQLite journal does not load the driver.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static string Translate(DbConnectionStringBuilder given)
    {
        var parts = new DbConnectionStringBuilder();
        var driver = new NpgsqlConnectionStringBuilder();
        foreach (var key in given.Keys.Cast<string>())
        {
            var name = Names.GetValueOrDefault(key, key);
            var value = ValueOf(name, $"{given[key]}");
            if (!driver.ContainsKey(name))
            {
                throw new RefusedException(
                    $"the connection string of the journal has {key}, which the driver of PostgreSQL does not know");
            }

            Check(() => driver[name] = value, $"has a value for {key} that is none");
            parts[name] = value;
        }

        // What contradicts itself is told only when it is put together.
        Check(() => new NpgsqlConnection(parts.ConnectionString).Dispose(), "is none that the driver takes");
        return parts.ConnectionString;
    }

    private static void Check(Action take, string otherwise)
    {
        try
        {
            take();
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException
            or OverflowException or NotSupportedException or InvalidOperationException)
        {
            throw new RefusedException($"the connection string of the journal {otherwise}");
        }
    }

    /// <summary>The driver writes <c>verify-full</c> without the hyphen.</summary>
    private static string ValueOf(string name, string value) =>
        name == "SSL Mode" ? value.Replace("-", string.Empty, StringComparison.Ordinal) : value;
}
