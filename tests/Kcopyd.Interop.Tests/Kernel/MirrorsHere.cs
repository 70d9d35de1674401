using Akka.Actor;
using Akka.Configuration;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>Where our mirrors run: an actor system of a test's own.</summary>
internal sealed class MirrorsHere : IAsyncDisposable
{
    private readonly ActorSystem _system =
        ActorSystem.Create("interop", ConfigurationFactory.ParseString("akka.loglevel = WARNING"));

    /// <summary>Opens one as the kernel does, which takes a log with rubbish behind a head of zeros for new.</summary>
    public Task<MirrorDevice> OpenAsync(string table, MirrorOptions? options = null) => MirrorDevice.OpenAsync(
        _system,
        MirrorTable.Parse(table),
        new BlockDeviceOpener(),
        options ?? new MirrorOptions { LogTrust = LogTrust.Kernel });

    public Task<MirrorDevice> CreateAsync(MirrorTable table, MirrorParts parts, MirrorOptions? options = null) =>
        MirrorDevice.CreateAsync(_system, table, parts, options);

    /// <summary>The status line and the table line of a mirror.</summary>
    public static async Task<string[]> LinesOfAsync(MirrorDevice mirror) =>
        [(await mirror.GetStatusAsync()).ToStatusLine(mirror.Table), mirror.Table.ToTableLine()];

    public async ValueTask DisposeAsync()
    {
        await _system.Terminate();
        _system.Dispose();
    }
}
