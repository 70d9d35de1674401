using System.Buffers;
using System.Collections.Concurrent;

namespace Kcopyd.Devices;

/// <summary>Opens paths, and URIs of the schemes that are registered with it.</summary>
/// <remarks>
/// <list type="table">
/// <item><term><c>/path</c>, <c>./path</c>, <c>path</c>, <c>file:///path</c></term> <description>A regular file or a
/// block device. In the <c>file:</c> form, <c>%20</c> and the like are decoded.</description></item>
/// <item><term><c>null:SIZE</c></term> <description>Reads zeros, swallows writes; the size as
/// <see cref="Core.SizeText"/> has it, <c>null:4GiB</c>.</description></item>
/// <item><term><c>linear:PART,PART,…</c></term> <description> Devices one after the other. A part is <c>DEVICE</c> or
/// <c>DEVICE@START+COUNT</c> or <c>DEVICE@START</c>, in sectors of 512 bytes; the device is a path or a URI, in which
/// a comma is written <c>%2C</c>, an at sign <c>%40</c>, a percent sign <c>%25</c>. A device named twice is opened
/// once. </description></item>
/// </list>
/// <para>
/// What begins with <c>/</c> or <c>.</c> is a path. Else a name and a colon (<c>[a-z][a-z0-9+.-]*:</c>) is a scheme,
/// if one of that name is registered; if none is, it is a path where such a file exists, and an error where not.
/// </para>
/// </remarks>
public sealed class BlockDeviceOpener : IBlockDeviceOpener
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789+.-");

    private readonly ConcurrentDictionary<string, IBlockDeviceOpener> _schemes = new(StringComparer.Ordinal);

    /// <summary>An opener that knows files, <c>null:</c> and <c>linear:</c>.</summary>
    public BlockDeviceOpener()
    {
        RegisterScheme("file", new FileScheme());
        RegisterScheme("null", new NullScheme());
        RegisterScheme("linear", new LinearScheme(this));
    }

    /// <summary>Adds a scheme. Its opener is handed whole URIs, scheme and all. Any thread may call.</summary>
    /// <param name="name">Two characters or more, as <c>[a-z][a-z0-9+.-]*</c> has it.</param>
    /// <param name="handler">Opens and describes URIs of the scheme.</param>
    /// <exception cref="ArgumentException">The name is none, or is taken.</exception>
    public void RegisterScheme(string name, IBlockDeviceOpener handler)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(handler);
        if (SchemeOf($"{name}:") != name)
        {
            throw new ArgumentException($"'{name}' is no name of a scheme.", nameof(name));
        }

        if (!_schemes.TryAdd(name, handler))
        {
            throw new ArgumentException($"The scheme '{name}' is registered already.", nameof(name));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IBlockDevice> OpenAsync(
        string uri, BlockDeviceOpenOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uri);
        ArgumentNullException.ThrowIfNull(options);
        return SchemeFor(uri).OpenAsync(uri, options, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<BlockDeviceDescription> DescribeAsync(string uri, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return SchemeFor(uri).DescribeAsync(uri, cancellationToken);
    }

    private static string? SchemeOf(string uri)
    {
        var colon = uri.IndexOf(':', StringComparison.Ordinal);

        // One letter and a colon is a drive of Windows.
        return colon >= 2
            && char.IsAsciiLetterLower(uri[0])
            && uri.AsSpan(0, colon).IndexOfAnyExcept(NameCharacters) < 0
            ? uri[..colon]
            : null;
    }

    private IBlockDeviceOpener SchemeFor(string uri)
    {
        if (SchemeOf(uri) is not { } name)
        {
            return _schemes["file"];
        }

        if (_schemes.TryGetValue(name, out var scheme))
        {
            return scheme;
        }

        if (File.Exists(uri))
        {
            return _schemes["file"];
        }

        var known = string.Join(", ", _schemes.Keys.Order(StringComparer.Ordinal).Select(key => $"{key}:"));
        throw new DeviceException(
            uri,
            DeviceOperation.Open,
            DeviceErrorKind.NotADevice,
            $"there is no scheme '{name}:' (known are {known}) and no file of this name");
    }
}
