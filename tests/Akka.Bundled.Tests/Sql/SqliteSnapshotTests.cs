namespace Akka.Bundled.Tests.Sql;

public sealed class SqliteSnapshotTests : SqlSnapshotSpec
{
    protected override Task<SqlStore> CreateStoreAsync() => Task.FromResult<SqlStore>(SqliteStore.Create());
}
