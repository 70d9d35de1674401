using System.Data.Common;
using Npgsql;

namespace Akka.Bundled.Tests.Sql;

/// <summary>A database of the tests' own server.</summary>
public sealed class PostgresStore : SqlStore
{
    public PostgresStore(string connectionString)
        : base("PostgreSQL.15", connectionString)
    {
    }

    public override string LockStatement => "BEGIN; LOCK TABLE journal IN EXCLUSIVE MODE";

    public override string PublishedTables => PublishedSchema.Postgres;

    public override DbConnection Open()
    {
        var connection = new NpgsqlConnection($"{ConnectionString};Pooling=False");
        connection.Open();
        return connection;
    }

    public override ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        return ValueTask.CompletedTask;
    }
}
