namespace Kcopyd.Devices;

/// <summary>Turns URIs into devices. Safe for concurrent calls.</summary>
public interface IBlockDeviceOpener
{
    /// <summary>Opens a device, which the caller then owns and disposes.</summary>
    /// <param name="uri">A path, or <c>scheme:…</c> of a registered scheme.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Stops an opening that takes long; nothing stays open.</param>
    /// <exception cref="DeviceException">One sentence that names the URI and what is wrong with it.</exception>
    ValueTask<IBlockDevice> OpenAsync(string uri, BlockDeviceOpenOptions options, CancellationToken cancellationToken);

    /// <summary>Finds out what a URI names without changing anything.</summary>
    /// <exception cref="DeviceException">The URI is none, or names something that can be no device.</exception>
    ValueTask<BlockDeviceDescription> DescribeAsync(string uri, CancellationToken cancellationToken);
}
