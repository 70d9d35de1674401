using Kcopyd.Core.Paging;

namespace Kcopyd.Devices;

/// <summary>Aligned zeros that everybody shares, for writing them. Never written to, never returned.</summary>
public static class ZeroPages
{
    /// <summary>256 pages are 1 MiB: one write of it costs far more than asking for the next.</summary>
    private const int Pages = 256;

    private static readonly Lazy<PageLease> Shared = new(() =>
    {
        var lease = new PageMemory(Pages).Lease(new PageRun(0, Pages), static _ => { });
        lease.GetSpan().Clear();
        return lease;
    });

    /// <summary>1 MiB of zeros, aligned to a page.</summary>
    public static ReadOnlyMemory<byte> Memory => Shared.Value.Memory;
}
