namespace Kcopyd.Devices;

/// <summary>Paths and <c>file:</c> URIs.</summary>
internal sealed class FileScheme : IBlockDeviceOpener
{
    private const string Prefix = "file:";

    public async ValueTask<IBlockDevice> OpenAsync(
        string uri, BlockDeviceOpenOptions options, CancellationToken cancellationToken) =>
        await FileBlockDevice.OpenAsync(new FileOpening(uri, PathOf(uri), options), cancellationToken)
            .ConfigureAwait(false);

    public ValueTask<BlockDeviceDescription> DescribeAsync(string uri, CancellationToken cancellationToken) =>
        DeviceThreads.Opening.AskAsync(
            new DeviceCall(uri, DeviceOperation.Open),
            (uri, path: PathOf(uri)),
            static asked => FileOpening.Describe(asked.uri, asked.path),
            cancellationToken);

    /// <summary>The path in a URI; what does not begin with <c>file:</c> is one.</summary>
    private static string PathOf(string uri)
    {
        if (!uri.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return uri;
        }

        var rest = uri[Prefix.Length..];
        foreach (var authority in (ReadOnlySpan<string>)["//localhost", "//"])
        {
            if (rest.StartsWith($"{authority}/", StringComparison.Ordinal))
            {
                return System.Uri.UnescapeDataString(rest[authority.Length..]);
            }
        }

        return rest.StartsWith("//", StringComparison.Ordinal) || !Path.IsPathRooted(rest)
            ? throw new DeviceException(
                uri, DeviceOperation.Open, DeviceErrorKind.NotADevice, "a file URI is file:/// and an absolute path")
            : System.Uri.UnescapeDataString(rest);
    }
}
