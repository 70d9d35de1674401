using System.Data.Common;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Kcopyd.Actors.Journaling;

/// <summary>What is special about a journal on a PostgreSQL server.</summary>
/// <remarks>Not inlined: who has a SQLite journal never loads the PostgreSQL library, which takes time that a short
/// copy would notice.</remarks>
internal static class PostgresJournal
{
    /// <summary>Where the journal is, for people; without the password.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string NameOf(string connectionString)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        return $"The journal on PostgreSQL ({server.Host}, database {server.Database})";
    }

    /// <summary>A connection that is not open yet.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static DbConnection Connect(string connectionString) => new NpgsqlConnection(connectionString);

    /// <summary>Whether a failure says that the database is damaged.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool IsDamage(DbException cause) => cause is PostgresException
    {
        SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted,
    };
}
