using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>Opens the disks of a rig by their URIs.</summary>
internal sealed class CrashRigOpener(CrashRig rig) : IBlockDeviceOpener
{
    private const string Prefix = "crashing:";

#pragma warning disable CA2000 // the caller owns it
    public ValueTask<IBlockDevice> OpenAsync(
        string uri, BlockDeviceOpenOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ValueTask<IBlockDevice>(Find(uri).Open(options.Access));
    }
#pragma warning restore CA2000

    public ValueTask<BlockDeviceDescription> DescribeAsync(string uri, CancellationToken cancellationToken)
    {
        var length = Find(uri).Length.Value;
        return new ValueTask<BlockDeviceDescription>(new BlockDeviceDescription(
            uri, Exists: true, IsResizable: false, length, [new StorageExtent(uri, 0, length)]));
    }

    private CrashingDisk Find(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var name = uri.StartsWith(Prefix, StringComparison.Ordinal) ? uri[Prefix.Length..] : uri;
        return rig.Disks.FirstOrDefault(disk => disk.Name == name)
            ?? throw new DeviceException(
                uri, DeviceOperation.Open, DeviceErrorKind.NotFound, "the rig has no such disk, or it was removed");
    }
}
