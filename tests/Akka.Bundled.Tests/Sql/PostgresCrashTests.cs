namespace Akka.Bundled.Tests.Sql;

[Collection("PostgreSQL")]
public sealed class PostgresCrashTests(PostgresFixture server) : SqlCrashSpec
{
    protected override Task<SqlStore> CreateStoreAsync() => server.CreateStoreAsync();
}
