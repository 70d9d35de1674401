namespace Akka.Bundled.Tests.Sql;

public sealed class SqliteCrashTests : SqlCrashSpec
{
    protected override Task<SqlStore> CreateStoreAsync() => Task.FromResult<SqlStore>(SqliteStore.Create());
}
