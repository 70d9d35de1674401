using Kcopyd.Devices;

namespace Kcopyd.Nbd.Serving;

/// <summary>A device under the name that clients ask for.</summary>
/// <param name="Name">At most 4096 bytes of UTF-8; the empty one is taken by clients that name none.</param>
/// <param name="Device">What is served. The caller's, who disposes it after the export was removed.</param>
public sealed record NbdExport(string Name, IBlockDevice Device)
{
    /// <summary>A sentence for people who list exports; null: none.</summary>
    public string? Description { get; init; }

    /// <summary>Whether writes are refused although the device takes them. Default false.</summary>
    public bool IsReadOnly { get; init; }
}
