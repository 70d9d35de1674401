using Akka.Persistence;

namespace Akka.Bundled.Tests.Sql;

public sealed class SqliteGroupTests : SqlGroupSpec
{
    [SkippableFact]
    public async Task Hundred_waiting_writes_take_one_or_two_commits()
    {
        var system = Start();
        await system.WriteAllAsync("a", 1, "one");
        var store = (SqliteStore)Store;
        var before = store.CountCommits();
        using (var other = Store.Open())
        {
            using var transaction = other.BeginTransaction();
            var writes = Enumerable.Range(0, 100).Select(n => system.WriteAsync($"s{n}", 1, "one")).ToList();
            await system.TakenAsync();
            await transaction.RollbackAsync();
            var answers = await Task.WhenAll(writes);
            Assert.All(answers, answer => Assert.IsType<WriteMessagesSuccessful>(answer[0]));
        }

        // The first of them may have gone ahead; then the others gathered behind it.
        Assert.InRange(store.CountCommits() - before, 1, 2);
    }

    protected override Task<SqlStore> CreateStoreAsync() => Task.FromResult<SqlStore>(SqliteStore.Create());
}
