using Kcopyd.Devices;

namespace Kcopyd.Nbd.Client;

/// <summary><c>nbd:</c>, <c>nbds:</c>, <c>nbd+unix:</c> and <c>nbds+unix:</c> for an opener of devices.</summary>
public sealed class NbdScheme : IBlockDeviceOpener
{
    private readonly NbdClientOptions _options;

    private NbdScheme(NbdClientOptions options) => _options = options;

    /// <summary>Whether it begins as the URI of an export does. It may be none all the same.</summary>
    public static bool IsUri(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return NbdUri.Schemes.Any(scheme =>
            uri.StartsWith($"{scheme}:", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Lets an opener open exports of NBD servers.</summary>
    /// <param name="opener">It.</param>
    /// <param name="options">How such devices are used; null: the defaults.</param>
    /// <exception cref="ArgumentException">It can already.</exception>
    public static void Register(BlockDeviceOpener opener, NbdClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(opener);
        var scheme = new NbdScheme(options ?? new NbdClientOptions());
        foreach (var name in NbdUri.Schemes)
        {
            opener.RegisterScheme(name, scheme);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IBlockDevice> OpenAsync(
        string uri, BlockDeviceOpenOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return await NbdBlockDevice.OpenAsync(uri, options.Access, _options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<BlockDeviceDescription> DescribeAsync(string uri, CancellationToken cancellationToken)
    {
        var asking = _options with { Connections = 1 };
        var device = await NbdBlockDevice.OpenAsync(uri, BlockDeviceAccess.Read, asking, cancellationToken)
            .ConfigureAwait(false);
        await using (device.ConfigureAwait(false))
        {
            var length = device.Geometry.LengthBytes;
            return new BlockDeviceDescription(
                uri, Exists: true, IsResizable: false, length, device.Locate(0, length));
        }
    }
}
