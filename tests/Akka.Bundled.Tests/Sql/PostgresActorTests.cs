namespace Akka.Bundled.Tests.Sql;

[Collection("PostgreSQL")]
public sealed class PostgresActorTests(PostgresFixture server) : SqlActorSpec
{
    protected override Task<SqlStore> CreateStoreAsync() => server.CreateStoreAsync();
}
