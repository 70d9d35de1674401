using Kcopyd.Devices;

namespace Kcopyd.Nbd.Client;

/// <summary>What a server tells of the blocks of its device. Pure.</summary>
internal static class ToldExtents
{
    /// <summary>What nothing is known of has to be read.</summary>
    public static BlockExtent[] Unknown(long offset, long length) => [new(offset, length, BlockStatus.Data)];

    /// <summary>What of extents lies in a range.</summary>
    public static List<BlockExtent> Within(IReadOnlyList<BlockExtent> extents, long start, long end) =>
    [
        .. extents
            .Select(extent => (
                From: Math.Max(extent.Offset, start),
                To: Math.Min(extent.Offset + extent.Length, end),
                extent.Status))
            .Where(static part => part.To > part.From)
            .Select(static part => new BlockExtent(part.From, part.To - part.From, part.Status)),
    ];
}
