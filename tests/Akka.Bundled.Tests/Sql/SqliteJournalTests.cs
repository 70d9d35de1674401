namespace Akka.Bundled.Tests.Sql;

public sealed class SqliteJournalTests : SqlJournalSpec
{
    protected override Task<SqlStore> CreateStoreAsync() => Task.FromResult<SqlStore>(SqliteStore.Create());
}
