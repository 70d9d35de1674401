using System.Collections.Immutable;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Tables;

namespace Kcopyd.Cli.Serving;

/// <summary>Reads what is to be served.</summary>
internal static class ServeTables
{
    /// <summary>Reads the file of a request, and plans.</summary>
    /// <exception cref="RefusedException">It cannot be read, or is wrong; the sentence names the line.</exception>
    internal static ServePlan Read(ServeRequest request)
    {
        var tables = request.Tables is { } path ? ReadFile(path) : [];
        if (tables.IsEmpty && request.Files.IsEmpty)
        {
            throw new RefusedException($"{request.Tables}: there is no device in it");
        }

        var names = tables.Select(static table => table.Name)
            .Concat(request.Files.Select(static file => file.Name))
            .ToHashSet(StringComparer.Ordinal);
        return ServePlan.Create(tables, request.Files, request.ReadOnly, word => Resolve(word, names));
    }

    private static ImmutableArray<DeviceTable> ReadFile(string path)
    {
        try
        {
            return DeviceTables.Parse(File.ReadLines(path));
        }
        catch (DeviceTableException wrong)
        {
            var reason = wrong.Message.TrimEnd('.');
            throw new RefusedException($"{path}: {char.ToLowerInvariant(reason[0])}{reason[1..]}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException($"the tables cannot be read: {e.Message.TrimEnd('.')}");
        }
    }

    /// <summary>The same for all words that mean the same device, as far as names can tell.</summary>
    private static string Resolve(string word, HashSet<string> names)
    {
        if (word.StartsWith(DeviceUse.Names, StringComparison.Ordinal)
            && names.Contains(word[DeviceUse.Names.Length..]))
        {
            return word;
        }

        var device = DevicePath.Absolute(TableDevices.PathOf(word));
        return device.StartsWith('/') ? RealPath.Of(device) : device;
    }
}
