using System.Collections.Concurrent;
using Kcopyd.Devices;
using Kcopyd.Nbd.Serving;

namespace Kcopyd.Cli.Serving;

/// <summary>What clients can use: the devices that run and that no other is made of.</summary>
internal sealed class ServeExports(NbdServer server)
{
    private readonly ConcurrentDictionary<string, NbdExport> _exports = new(StringComparer.Ordinal);

    /// <summary>Their names. Any thread may ask.</summary>
    internal IReadOnlyCollection<string> Names => [.. _exports.Keys];

    /// <summary>Whether clients cannot write one. Any thread may ask.</summary>
    internal bool IsReadOnly(string name) => _exports.GetValueOrDefault(name)?.IsReadOnly == true;

    /// <summary>Takes away a device that is about to be closed.</summary>
    internal void Remove(IBlockDevice device)
    {
        foreach (var export in _exports.Values.Where(export => export.Device == device).ToArray())
        {
            server.Remove(export.Name);
            _exports.TryRemove(export.Name, out _);
        }
    }

    /// <summary>Takes away what other devices are about to be made of. On return nothing of its clients is under way.
    /// </summary>
    /// <returns>What was taken away.</returns>
    internal async Task<IReadOnlyList<string>> RemoveAsync(IReadOnlySet<string> parts)
    {
        var removed = _exports.Keys.Where(parts.Contains).Order(StringComparer.Ordinal).ToArray();
        foreach (var name in removed)
        {
            _exports.TryRemove(name, out _);
            await server.RemoveAsync(name).ConfigureAwait(false);
        }

        return removed;
    }

    /// <summary>Gives clients what there is now, and nothing else.</summary>
    internal void Follow(IReadOnlyList<ServedDevice> devices, ServePlan plan)
    {
        var wanted = devices
            .Where(device => !plan.Parts.Contains(device.Name))
            .Select(device => new NbdExport(device.Name, device.Device) { IsReadOnly = plan.IsReadOnly(device.Name) })
            .ToDictionary(static export => export.Name, StringComparer.Ordinal);
        foreach (var (name, export) in _exports.ToArray())
        {
            if (wanted.GetValueOrDefault(name) != export)
            {
                server.Remove(name);
                _exports.TryRemove(name, out _);
            }
        }

        foreach (var (name, export) in wanted)
        {
            if (_exports.TryAdd(name, export))
            {
                server.Add(export);
            }
        }
    }
}
