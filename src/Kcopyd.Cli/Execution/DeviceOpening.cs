using Kcopyd.Actors.Snapshots;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;

namespace Kcopyd.Cli.Execution;

/// <summary>What opens the devices of the program.</summary>
internal static class DeviceOpening
{
    /// <summary>An opener that knows files, <c>null:</c>, <c>linear:</c>, <c>snapshot:</c> and those of NBD.</summary>
    internal static IBlockDeviceOpener Create()
    {
        var opener = new BlockDeviceOpener();
        opener.RegisterScheme(SnapshotScheme.Name, new SnapshotScheme(opener));
        NbdScheme.Register(opener, new NbdClientOptions { ContinuesOnReceiver = true });
        return opener;
    }
}
