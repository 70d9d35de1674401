namespace Akka.Bundled.Tests.Sql;

public sealed class SqliteActorTests : SqlActorSpec
{
    protected override Task<SqlStore> CreateStoreAsync() => Task.FromResult<SqlStore>(SqliteStore.Create());
}
