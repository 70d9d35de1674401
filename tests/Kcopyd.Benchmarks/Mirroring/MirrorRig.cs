using Akka.Actor;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Benchmarks.Mirroring;

/// <summary>Mirrors of the source and the target of a case, with a log beside them.</summary>
internal static class MirrorRig
{
    /// <summary>1 MiB: what lvm makes, or twice that.</summary>
    private const long RegionSectors = 2048;

    /// <summary>Larger than any log of a mirror that fits here.</summary>
    private const long LogBytes = 1 << 20;

    /// <summary>The table line.</summary>
    /// <param name="files">Two legs.</param>
    /// <param name="log">The file of the log.</param>
    /// <param name="sync"><c>sync</c>: everything is to be copied; <c>nosync</c>: nothing.</param>
    public static MirrorTable Table(CopyFiles files, string log, MirrorSync sync) => new(
        0,
        files.Size.Value / 512,
        MirrorLogSpec.Disk(log, RegionSectors, sync),
        [new MirrorLegSpec(files.Source, 0), new MirrorLegSpec(files.Targets[0], 0)],
        MirrorFeatures.HandleErrors);

    /// <summary>Makes an empty log.</summary>
    public static void CreateLog(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.SetLength(file, LogBytes);
    }

    /// <summary>Runs one.</summary>
    /// <param name="system">Where.</param>
    /// <param name="table">What.</param>
    /// <param name="isDirect">Whether the legs are used past the page cache.</param>
    public static async Task<MirrorDevice> OpenAsync(ActorSystem system, MirrorTable table, bool isDirect)
    {
        var opener = new BlockDeviceOpener();
        var access = new BlockDeviceOpenOptions { Access = BlockDeviceAccess.ReadWrite, Direct = isDirect };
        var first = await opener.OpenAsync(table.Legs[0].Device, access, CancellationToken.None);
        var second = await opener.OpenAsync(table.Legs[1].Device, access, CancellationToken.None);
        var log = await opener.OpenAsync(
            table.Log.Device!, access with { Direct = false }, CancellationToken.None);
        return await MirrorDevice.CreateAsync(system, table, new MirrorParts([first, second], log, AreOwned: true));
    }
}
