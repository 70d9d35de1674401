using System.Net;
using System.Net.Sockets;
using System.Text;
using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Client;

/// <summary>Where an export is: <c>nbd://host[:port]/export</c>, <c>nbd+unix:///export?socket=PATH</c>, and both with
/// TLS as <c>nbds</c>.</summary>
/// <param name="Text">As the user wrote it.</param>
/// <param name="Host">Of TCP; null: a Unix socket.</param>
/// <param name="Port">Of TCP.</param>
/// <param name="Socket">The path of a Unix socket; null: TCP.</param>
/// <param name="Export">Its name, decoded, without the slash before it; empty: the default one.</param>
/// <param name="UsesTls">Whether the connection is to be encrypted.</param>
internal sealed record NbdUri(string Text, string? Host, int Port, string? Socket, string Export, bool UsesTls)
{
    /// <summary>The port that IANA gave to NBD.</summary>
    public const int DefaultPort = 10809;

    private const string SocketKey = "socket=";

    /// <summary>The schemes.</summary>
    public static IReadOnlyList<string> Schemes { get; } = ["nbd", "nbds", "nbd+unix", "nbds+unix"];

    /// <summary>Where to connect.</summary>
    public EndPoint EndPoint => Socket is { } path ? new UnixDomainSocketEndPoint(path) : new DnsEndPoint(Host!, Port);

    /// <exception cref="DeviceException">It is no such URI; one sentence says what is wrong.</exception>
    public static NbdUri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || !Schemes.Contains(uri.Scheme))
        {
            throw Refusal(text, "it is no URI as nbd://HOST[:PORT]/EXPORT or nbd+unix:///EXPORT?socket=PATH");
        }

        var export = Uri.UnescapeDataString(
            uri.AbsolutePath.StartsWith('/') ? uri.AbsolutePath[1..] : uri.AbsolutePath);
        if (!NbdText.Fits(export))
        {
            throw Refusal(text, $"the name of the export has more than {NbdLimits.MaxString} bytes");
        }

        var usesTls = uri.Scheme.StartsWith("nbds", StringComparison.Ordinal);
        return uri.Scheme.EndsWith("+unix", StringComparison.Ordinal)
            ? new NbdUri(text, null, 0, SocketOf(text, uri), export, usesTls)
            : new NbdUri(text, HostOf(text, uri), uri.Port < 0 ? DefaultPort : uri.Port, null, export, usesTls);
    }

    /// <summary>The same export by a URI that means it in every directory.</summary>
    public string ToAbsolute()
    {
        if (Socket is not { } path || Path.IsPathRooted(path))
        {
            return Text;
        }

        // The path is the last thing in it.
        var full = string.Join('/', Path.GetFullPath(path).Split('/').Select(Uri.EscapeDataString));
        var query = Text.IndexOf('?', StringComparison.Ordinal) + 1;
        return $"{Text[..(query + SocketKey.Length)]}{full}";
    }

    private static string HostOf(string text, Uri uri) =>
        (uri.Host.Length > 0, uri.Query.Length > 1) switch
        {
            (false, _) => throw Refusal(text, "it names no host"),
            (_, true) => throw Refusal(text, $"'{uri.Query}' means nothing here"),
            _ => uri.DnsSafeHost,
        };

    private static string SocketOf(string text, Uri uri)
    {
        if (uri.Host.Length > 0)
        {
            throw Refusal(text, "it names a host and a Unix socket; write nbd+unix:///EXPORT?socket=PATH");
        }

        var query = uri.Query.TrimStart('?');
        if (!query.StartsWith(SocketKey, StringComparison.Ordinal) || query.Contains('&', StringComparison.Ordinal))
        {
            throw Refusal(text, "it names no socket; write nbd+unix:///EXPORT?socket=PATH");
        }

        var path = Uri.UnescapeDataString(query[SocketKey.Length..]);
        if (path.Length == 0)
        {
            throw Refusal(text, "the path of its socket is empty");
        }

        try
        {
            _ = new UnixDomainSocketEndPoint(path);
            return path;
        }
        catch (ArgumentException)
        {
            var count = Encoding.UTF8.GetByteCount(path);
            throw Refusal(text, $"the path of its socket has {count} bytes, more than a socket's may have");
        }
    }

    private static DeviceException Refusal(string text, string reason) =>
        new(text, DeviceOperation.Open, DeviceErrorKind.NotADevice, reason);
}
