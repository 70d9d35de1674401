namespace Kcopyd.Cli.Reporting;

/// <summary>Where a job reads, in a JSON report.</summary>
internal sealed record RegionReport(string Uri, long Sector);
