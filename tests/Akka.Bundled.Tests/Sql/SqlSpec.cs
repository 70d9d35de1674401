using Akka.Bundled.Writer;

namespace Akka.Bundled.Tests.Sql;

/// <summary>A test on a database of its own, with systems that end with it.</summary>
public abstract class SqlSpec : IAsyncLifetime
{
    private readonly List<StoreSystem> _systems = [];

    protected SqlStore Store { get; private set; } = null!;

    public async Task InitializeAsync() => Store = await CreateStoreAsync();

    public async Task DisposeAsync()
    {
        foreach (var system in _systems)
        {
            await system.DisposeAsync();
        }

        if (Store is not null)
        {
            await Store.DisposeAsync();
        }
    }

    protected abstract Task<SqlStore> CreateStoreAsync();

    /// <summary>Starts a system on the database.</summary>
    /// <param name="journal">Further settings of the journal.</param>
    protected StoreSystem Start(string journal = "")
    {
        var system = StoreSystem.Start(Store.ProviderName, Store.ConnectionString, journal);
        _systems.Add(system);
        return system;
    }
}
