namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>A log of a mirror of eight regions, and what the kernel makes of it.</summary>
/// <param name="Name">Of the case.</param>
/// <param name="Expected">Which regions are copied, what the status says of legs and log, and the log afterwards.
/// </param>
internal sealed record MirrorLogCase(string Name, string Expected)
{
    /// <summary>One for each region that is clean, region 0 in the lowest bit.</summary>
    public ulong Bits { get; init; } = 0xFF;

    /// <summary>The number of regions that the log says it is of.</summary>
    public ulong Regions { get; init; } = 8;

    public uint Magic { get; init; } = 0x4D695272;

    public uint Version { get; init; } = 2;

    /// <summary>The length of the mirror; the last of its regions of 64 sectors may be short.</summary>
    public int Sectors { get; init; } = 512;

    /// <summary>The last argument of the log in the table: <c>sync</c>, <c>nosync</c> or none.</summary>
    public string Argument { get; init; } = "";
}
