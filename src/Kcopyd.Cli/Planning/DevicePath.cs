using System.Buffers;
using Kcopyd.Nbd.Client;

namespace Kcopyd.Cli.Planning;

/// <summary>Where the file of a device URI is.</summary>
internal static class DevicePath
{
    private const string Scheme = "file:";
    private const string Linear = "linear:";

    private static readonly SearchValues<char> SchemeCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789+.-");

    /// <summary>The path that a URI of a file means: itself, or the decoded path of <c>file:/path</c> and
    /// <c>file:///path</c>.</summary>
    internal static string Of(string uri)
    {
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return uri;
        }

        var rest = uri[Scheme.Length..];
        foreach (var authority in (ReadOnlySpan<string>)["//localhost", "//"])
        {
            if (rest.StartsWith($"{authority}/", StringComparison.Ordinal))
            {
                rest = rest[authority.Length..];
                break;
            }
        }

        return Uri.UnescapeDataString(rest);
    }

    /// <summary>Whether a name is one of a device node: such a file is not created when it is missing.</summary>
    internal static bool IsUnderDev(string uri)
    {
        var path = Path.GetFullPath(Of(uri));
        return path.StartsWith("/dev/", StringComparison.Ordinal)
            && !path.StartsWith("/dev/shm/", StringComparison.Ordinal);
    }

    /// <summary>The same device by a name that means it in every directory.</summary>
    internal static string Absolute(string uri)
    {
        if (uri.StartsWith(Linear, StringComparison.Ordinal))
        {
            return $"{Linear}{string.Join(',', uri[Linear.Length..].Split(',').Select(AbsolutePart))}";
        }

        if (SnapshotUri.IsOne(uri))
        {
            return SnapshotUri.Absolute(uri);
        }

        if (NbdScheme.IsUri(uri))
        {
            return NbdScheme.ToAbsolute(uri);
        }

        // A file may look like a URI of a scheme that there is not.
        return HasScheme(uri) && !File.Exists(uri) ? uri : Path.GetFullPath(uri);
    }

    /// <summary>Only the directory that is put before a part is escaped; the part is already.</summary>
    private static string AbsolutePart(string part)
    {
        if (NbdScheme.IsUri(part))
        {
            var at = part.LastIndexOf('@');
            var (device, range) = at < 0 ? (part, string.Empty) : (part[..at], part[at..]);
            return $"{EscapePart(NbdScheme.ToAbsolute(UnescapePart(device)))}{range}";
        }

        if (Path.IsPathRooted(part) || HasScheme(part))
        {
            return part;
        }

        return $"{EscapePart(Environment.CurrentDirectory).TrimEnd('/')}/{part}";
    }

    private static string EscapePart(string device) => device
        .Replace("%", "%25", StringComparison.Ordinal)
        .Replace(",", "%2C", StringComparison.Ordinal)
        .Replace("@", "%40", StringComparison.Ordinal);

    private static string UnescapePart(string part) => part
        .Replace("%2C", ",", StringComparison.OrdinalIgnoreCase)
        .Replace("%40", "@", StringComparison.Ordinal)
        .Replace("%25", "%", StringComparison.Ordinal);

    private static bool HasScheme(string uri)
    {
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        return colon >= 2
            && char.IsAsciiLetterLower(uri[0])
            && uri.AsSpan(0, colon).IndexOfAnyExcept(SchemeCharacters) < 0;
    }
}
