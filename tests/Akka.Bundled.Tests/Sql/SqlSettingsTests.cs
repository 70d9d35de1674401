using Akka.Actor;
using Akka.Bundled.Writer;
using Akka.Persistence.Sql;

namespace Akka.Bundled.Tests.Sql;

/// <summary>What would silently mean something else than in the published package does not start.</summary>
public sealed class SqlSettingsTests
{
    [Theory]
    [InlineData("provider-name = MySql")]
    [InlineData("provider-name = \"\"")]
    [InlineData("connection-string = \"\"")]
    [InlineData("connection-string = \"Data Source=:memory:\"")]
    [InlineData("connection-string = \"Data Source=shared;Mode=Memory;Cache=Shared\"")]
    [InlineData("table-mapping = sqlite")]
    [InlineData("tag-write-mode = Csv")]
    [InlineData("delete-compatibility-mode = on")]
    [InlineData("batch-size = 0")]
    [InlineData("buffer-size = -1")]
    public async Task Journal_with_a_setting_that_is_not_supported_does_not_start(string setting)
    {
        await using var store = SqliteStore.Create();
        await using var system = StoreSystem.Start(store.ProviderName, store.ConnectionString, setting);
        using var kit = new TestKit.Xunit2.TestKit(system.System);
        kit.Watch(system.Journal);
        await kit.ExpectMsgAsync<Terminated>();
        Assert.False(File.Exists(store.File));
    }

    [Fact]
    public void Defaults_are_those_of_the_published_package()
    {
        var journal = SqlPersistence.DefaultConfiguration.GetConfig(SqlPersistence.JournalConfigPath);
        Assert.Equal(100, journal.GetInt("batch-size"));
        Assert.Equal(5000, journal.GetInt("buffer-size"));
        Assert.Equal(1000, journal.GetInt("replay-batch-size"));
        Assert.True(journal.GetBoolean("auto-initialize"));
        Assert.Equal("TagTable", journal.GetString("tag-write-mode"));
        Assert.Equal(
            "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql", journal.GetString("class"));
    }
}
