using Kcopyd.Core;

namespace Kcopyd.Devices;

/// <summary><c>null:SIZE</c>.</summary>
internal sealed class NullScheme : IBlockDeviceOpener
{
    private const string Prefix = "null:";

#pragma warning disable CA2000 // the caller owns it
    public ValueTask<IBlockDevice> OpenAsync(
        string uri, BlockDeviceOpenOptions options, CancellationToken cancellationToken) =>
        new(new NullBlockDevice(new ByteCount(LengthOf(uri)), uri));
#pragma warning restore CA2000

    public ValueTask<BlockDeviceDescription> DescribeAsync(string uri, CancellationToken cancellationToken) =>
        new(new BlockDeviceDescription(uri, Exists: true, IsResizable: false, LengthOf(uri), Storage: []));

    private static long LengthOf(string uri) =>
        SizeText.TryParse(uri[Prefix.Length..], out var length) && length <= Sectors.ToBytes(SectorRange.Limit)
            ? length
            : throw new DeviceException(
                uri,
                DeviceOperation.Open,
                DeviceErrorKind.NotADevice,
                $"'{uri[Prefix.Length..]}' is no size; write one as null:4GiB");
}
