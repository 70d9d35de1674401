using Kcopyd.Actors.Snapshots;
using Kcopyd.Cli.Reporting;
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
        var options = new NbdClientOptions { ContinuesOnReceiver = true };
        NbdScheme.Register(opener, options with { ServerAway = away => Tell(away, options.ReconnectTimeout) });
        return opener;
    }

    private static void Tell(NbdOutage away, TimeSpan patience) => Speech.Complain(
        away.Reason is { } reason
            ? $"{away.Uri}: {reason.TrimEnd('.')}; it is waited for, {patience.TotalSeconds:F0} seconds at most"
            : $"{away.Uri}: the server is there again");
}
