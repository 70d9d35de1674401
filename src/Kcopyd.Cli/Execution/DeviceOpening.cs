using Kcopyd.Actors.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>What opens the devices of the program.</summary>
internal static class DeviceOpening
{
    /// <summary>An opener that knows files, <c>null:</c>, <c>linear:</c> and <c>snapshot:</c>.</summary>
    internal static IBlockDeviceOpener Create()
    {
        var opener = new BlockDeviceOpener();
        opener.RegisterScheme(SnapshotScheme.Name, new SnapshotScheme(opener));
        return opener;
    }
}
