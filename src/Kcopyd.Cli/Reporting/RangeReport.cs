using Kcopyd.Core;

namespace Kcopyd.Cli.Reporting;

/// <summary>A range of sectors in a JSON report.</summary>
internal sealed record RangeReport(long Sector, long Count)
{
    internal static RangeReport Of(SectorRange range) => new(range.Start, range.Count);
}
