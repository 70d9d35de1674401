using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>One server with a disk of every kind.</summary>
public sealed class ServedDisks : IAsyncLifetime
{
    private const int Bytes = 16 << 20;

    private readonly List<ServedDisk> _disks = [];

    internal TempDirectory Files { get; } = new();

    internal KcopydServer Server { get; private set; } = null!;

    internal ServedDisk this[string kind] => _disks.Single(disk => disk.Name == kind);

    public async Task InitializeAsync()
    {
        _disks.AddRange(ServedDisk.Kinds.Select(kind => ServedDisk.Of(kind, Files, Bytes)));
        try
        {
            foreach (var disk in _disks)
            {
                await disk.MakeAsync();
            }

            Server = await KcopydServer.StartAsync(Files, _disks);
        }
        catch
        {
            Files.Dispose();
            throw;
        }
    }

    public async Task DisposeAsync()
    {
        try
        {
            // It tells what goes well, too; nothing failed.
            var told = (await Server.TerminateAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.All(told, static line => Assert.Matches("all legs are in sync|its store is [0-9]+ % full", line));
        }
        finally
        {
            await Server.DisposeAsync();
            Files.Dispose();
        }
    }
}
