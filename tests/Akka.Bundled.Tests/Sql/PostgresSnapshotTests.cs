namespace Akka.Bundled.Tests.Sql;

[Collection("PostgreSQL")]
public sealed class PostgresSnapshotTests(PostgresFixture server) : SqlSnapshotSpec
{
    protected override Task<SqlStore> CreateStoreAsync() => server.CreateStoreAsync();
}
