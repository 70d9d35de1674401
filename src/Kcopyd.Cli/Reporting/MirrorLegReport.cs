namespace Kcopyd.Cli.Reporting;

/// <summary>A leg in a JSON report.</summary>
/// <param name="Device">As the table calls it.</param>
/// <param name="Sector">Its first sector on the device.</param>
/// <param name="Health">The letter of the status line.</param>
internal sealed record MirrorLegReport(string Device, long Sector, string Health);
