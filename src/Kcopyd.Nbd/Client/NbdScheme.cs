using Kcopyd.Devices;

namespace Kcopyd.Nbd.Client;

/// <summary><c>nbd:</c>, <c>nbds:</c>, <c>nbd+unix:</c> and <c>nbds+unix:</c> for an opener of devices.</summary>
public sealed class NbdScheme : IBlockDeviceOpener
{
    /// <summary>Long enough for whoever describes in order to open, short enough not to be in the way of
    /// others.</summary>
    private static readonly TimeSpan KeepTime = TimeSpan.FromSeconds(5);

    private readonly NbdClientOptions _options;
    private readonly KeptConnections _kept = new(KeepTime);

    private NbdScheme(NbdClientOptions options) => _options = options;

    /// <summary>Whether it begins as the URI of an export does. It may be none all the same.</summary>
    public static bool IsUri(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return NbdUri.Schemes.Any(scheme =>
            uri.StartsWith($"{scheme}:", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The same export by a URI that means it in every directory: the path of a socket may be a relative
    /// one.</summary>
    /// <returns>What was given, where that is no URI of an export.</returns>
    public static string ToAbsolute(string uri)
    {
        try
        {
            return NbdUri.Parse(uri).ToAbsolute();
        }
        catch (DeviceException)
        {
            return uri;
        }
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
        var where = NbdUri.Parse(uri);
        return await NbdBlockDevice.OpenAsync(where, options.Access, _options, _kept.Take(where), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>The connection is kept for 5 seconds: opening the same URI uses it, and describing it again says
    /// what was agreed on it.</remarks>
    public async ValueTask<BlockDeviceDescription> DescribeAsync(string uri, CancellationToken cancellationToken)
    {
        var where = NbdUri.Parse(uri);
        if (_kept.Look(where) is not { } terms)
        {
            var connection = await NbdBlockDevice.ConnectAsync(where, _options, cancellationToken)
                .ConfigureAwait(false);
            terms = connection.Terms;
            _kept.Keep(where, connection);
        }

        var length = terms.Size.LengthBytes;
        return new BlockDeviceDescription(
            uri, Exists: true, IsResizable: false, length, NbdBlockDevice.Locate(where, 0, length));
    }
}
