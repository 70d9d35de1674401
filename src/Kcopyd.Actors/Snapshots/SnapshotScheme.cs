using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary><c>snapshot:TABLE</c>: what a snapshot shows as a device, so that whatever takes a URI takes one.</summary>
/// <remarks>The table is a line as <see cref="SnapshotTable.Parse"/> has it; white space may be written <c>%20</c>, and
/// a percent sign is written <c>%25</c>. It is opened for reading only, as a <see cref="SnapshotView"/>. Who registers
/// it with an opener has <c>snapshot:</c> in requests that carry URIs.</remarks>
/// <param name="devices">Opens the devices of a table.</param>
public sealed class SnapshotScheme(IBlockDeviceOpener devices) : IBlockDeviceOpener
{
    /// <summary>The name of the scheme.</summary>
    public const string Name = "snapshot";

    /// <summary>The URI of a table.</summary>
    public static string UriOf(SnapshotTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return $"{Name}:{table}".Replace("%", "%25", StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public async ValueTask<IBlockDevice> OpenAsync(
        string uri, BlockDeviceOpenOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var table = TableOf(uri);
        if (options.Access == BlockDeviceAccess.ReadWrite)
        {
            throw new DeviceException(
                uri, DeviceOperation.Open, DeviceErrorKind.ReadOnly, "its URI opens a snapshot for reading only");
        }

        try
        {
            return await SnapshotView.OpenAsync(uri, table, devices, options.Direct, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (SnapshotStoreException e)
        {
            throw new DeviceException(uri, DeviceOperation.Open, DeviceErrorKind.Io, e.Message, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<BlockDeviceDescription> DescribeAsync(string uri, CancellationToken cancellationToken)
    {
        var table = TableOf(uri);
        var length = Sectors.ToBytes(table.Length);
        var origin = await DescribeAsync(uri, table.Origin, cancellationToken).ConfigureAwait(false);
        List<StorageExtent> storage = [.. Clip(origin.Storage, length)];
        if (table.Cow is { } cow)
        {
            storage.AddRange((await DescribeAsync(uri, cow, cancellationToken).ConfigureAwait(false)).Storage);
        }

        return new BlockDeviceDescription(uri, Exists: true, IsResizable: false, length, storage);
    }

    /// <summary>The beginning of what a device lives on.</summary>
    private static IEnumerable<StorageExtent> Clip(IReadOnlyList<StorageExtent> storage, long length)
    {
        var left = length;
        foreach (var extent in storage)
        {
            if (left <= 0)
            {
                yield break;
            }

            yield return extent with { Length = Math.Min(extent.Length, left) };
            left -= extent.Length;
        }
    }

    private async ValueTask<BlockDeviceDescription> DescribeAsync(
        string uri, string device, CancellationToken cancellationToken)
    {
        var found = await devices.DescribeAsync(device, cancellationToken).ConfigureAwait(false);
        return found.Exists
            ? found
            : throw new DeviceException(
                uri, DeviceOperation.Open, DeviceErrorKind.NotFound, $"{device}: no such file or device");
    }

    private static SnapshotTable TableOf(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        try
        {
            return SnapshotTable.Parse(Uri.UnescapeDataString(uri[(Name.Length + 1)..]));
        }
        catch (SnapshotTableException e)
        {
            throw new DeviceException(uri, DeviceOperation.Open, DeviceErrorKind.NotADevice, e.Message, e);
        }
    }
}
