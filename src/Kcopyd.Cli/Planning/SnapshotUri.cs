using Kcopyd.Actors.Snapshots;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Cli.Planning;

/// <summary>What <c>snapshot:TABLE</c> names.</summary>
internal static class SnapshotUri
{
    private const string Prefix = $"{SnapshotScheme.Name}:";

    /// <summary>Whether a URI is one.</summary>
    internal static bool IsOne(string uri) => uri.StartsWith(Prefix, StringComparison.Ordinal) && !File.Exists(uri);

    /// <summary>The table; null where it is none.</summary>
    internal static SnapshotTable? TableOf(string uri)
    {
        try
        {
            return SnapshotTable.Parse(Uri.UnescapeDataString(uri[Prefix.Length..]));
        }
        catch (SnapshotTableException)
        {
            return null;
        }
    }

    /// <summary>The same snapshot by names that mean it in every directory.</summary>
    internal static string Absolute(string uri) =>
        TableOf(uri) is { Store: not null } table ? SnapshotScheme.UriOf(TableDevices.Map(table, Word)) : uri;

    /// <summary>A device as a word of a table: a directory may have white space in its name.</summary>
    private static string Word(string device)
    {
        var absolute = DevicePath.Absolute(device);
        return absolute.Any(char.IsWhiteSpace)
            ? $"file://{string.Join('/', absolute.Split('/').Select(Uri.EscapeDataString))}"
            : absolute;
    }
}
