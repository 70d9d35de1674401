namespace Kcopyd.Cli.Planning;

/// <summary>Where the file of a device URI is. Pure.</summary>
internal static class DevicePath
{
    private const string Scheme = "file:";

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
}
