using System.Collections.Immutable;

namespace Kcopyd.Nbd.Serving;

/// <summary>The exports of a server by their names. Any thread may call.</summary>
internal sealed class ServedExports
{
    private ImmutableSortedDictionary<string, ServedExport> _exports =
        ImmutableSortedDictionary.Create<string, ServedExport>(StringComparer.Ordinal);

    /// <summary>In the order of their names.</summary>
    public IEnumerable<ServedExport> All => _exports.Values;

    public bool TryAdd(ServedExport export) =>
        ImmutableInterlocked.Update(ref _exports, Added, export);

    public ServedExport? Remove(string name)
    {
        ServedExport? removed = null;
        ImmutableInterlocked.Update(ref _exports, exports =>
        {
            removed = exports.GetValueOrDefault(name);
            return exports.Remove(name);
        });
        return removed;
    }

    /// <summary>The export of a name; for the empty name also the only one that there is.</summary>
    public ServedExport? Find(string name)
    {
        var exports = _exports;
        return exports.TryGetValue(name, out var export)
            ? export
            : name.Length == 0 && exports.Count == 1 ? exports.First().Value : null;
    }

    private static ImmutableSortedDictionary<string, ServedExport> Added(
        ImmutableSortedDictionary<string, ServedExport> exports, ServedExport export) =>
        exports.ContainsKey(export.Export.Name) ? exports : exports.Add(export.Export.Name, export);
}
