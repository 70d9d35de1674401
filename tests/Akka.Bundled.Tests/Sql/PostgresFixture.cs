using Kcopyd.Tests.Shared;

namespace Akka.Bundled.Tests.Sql;

/// <summary>One server for all tests that need one; none where it is not installed.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private PostgresServer? _server;

    public async Task InitializeAsync() =>
        _server = PostgresServer.IsInstalled ? await PostgresServer.StartAsync() : null;

    public async Task<SqlStore> CreateStoreAsync()
    {
        Require.Postgres();
        return new PostgresStore(await _server!.CreateDatabaseAsync());
    }

    public async Task DisposeAsync()
    {
        if (_server is { } server)
        {
            await server.DisposeAsync();
        }
    }
}
