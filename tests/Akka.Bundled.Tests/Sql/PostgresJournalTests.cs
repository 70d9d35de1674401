namespace Akka.Bundled.Tests.Sql;

[Collection("PostgreSQL")]
public sealed class PostgresJournalTests(PostgresFixture server) : SqlJournalSpec
{
    protected override Task<SqlStore> CreateStoreAsync() => server.CreateStoreAsync();
}
