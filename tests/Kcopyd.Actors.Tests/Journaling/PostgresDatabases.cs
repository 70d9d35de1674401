using Kcopyd.Tests.Shared;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>Databases on one server, which starts when the first is wanted and ends with the class of tests.</summary>
public sealed class PostgresDatabases : IAsyncLifetime
{
    private Task<PostgresServer>? _server;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await (await _server).DisposeAsync();
        }
    }

    /// <summary>Makes an empty database; skips the test where there is no server.</summary>
    internal async Task<string> CreateAsync()
    {
        Require.Postgres();
        _server ??= PostgresServer.StartAsync();
        return await (await _server).CreateDatabaseAsync();
    }
}
