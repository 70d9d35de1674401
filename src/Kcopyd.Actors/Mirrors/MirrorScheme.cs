using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary><c>mirror:TABLE</c>: a mirror as a device, so that whatever takes a URI takes one.</summary>
/// <remarks>The table is a line as <see cref="MirrorTable.Parse"/> has it; white space may be written <c>%20</c>, and a
/// percent sign is written <c>%25</c>. Its devices are opened for writing, whatever is asked for: a mirror recovers.
/// Who registers it with an opener has <c>mirror:</c> in requests that carry URIs.</remarks>
/// <param name="system">Where the actors of mirrors live.</param>
/// <param name="devices">Opens the devices of a table.</param>
/// <param name="options">How the mirrors work; their name is the URI. Null: as the system configures.</param>
public sealed class MirrorScheme(ActorSystem system, IBlockDeviceOpener devices, MirrorOptions? options = null)
    : IBlockDeviceOpener
{
    /// <summary>The name of the scheme.</summary>
    public const string Name = "mirror";

    private readonly MirrorOptions _options = options ?? KcopydSettings.ReadMirror(system);

    /// <inheritdoc/>
    public async ValueTask<IBlockDevice> OpenAsync(
        string uri, BlockDeviceOpenOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await MirrorDevice.OpenAsync(
                system, TableOf(uri), devices, _options with { Name = uri }, cancellationToken).ConfigureAwait(false);
        }
        catch (MirrorLogException e)
        {
            throw new DeviceException(uri, DeviceOperation.Open, DeviceErrorKind.Io, e.Message, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<BlockDeviceDescription> DescribeAsync(string uri, CancellationToken cancellationToken)
    {
        var table = TableOf(uri);
        List<StorageExtent> storage = [];
        foreach (var leg in table.Legs)
        {
            var found = await devices.DescribeAsync(leg.Device, cancellationToken).ConfigureAwait(false);
            if (!found.Exists)
            {
                throw new DeviceException(
                    uri, DeviceOperation.Open, DeviceErrorKind.NotFound, $"its leg {leg.Device} does not exist");
            }

            storage.AddRange(found.Storage);
        }

        return new BlockDeviceDescription(
            uri, Exists: true, IsResizable: false, Sectors.ToBytes(table.Length), storage);
    }

    private static MirrorTable TableOf(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        try
        {
            return MirrorTable.Parse(Uri.UnescapeDataString(uri[(Name.Length + 1)..]));
        }
        catch (MirrorTableException e)
        {
            throw new DeviceException(uri, DeviceOperation.Open, DeviceErrorKind.NotADevice, e.Message, e);
        }
    }
}
