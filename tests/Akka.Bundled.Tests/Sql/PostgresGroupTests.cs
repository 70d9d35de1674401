namespace Akka.Bundled.Tests.Sql;

[Collection("PostgreSQL")]
public sealed class PostgresGroupTests(PostgresFixture server) : SqlGroupSpec
{
    protected override Task<SqlStore> CreateStoreAsync() => server.CreateStoreAsync();
}
