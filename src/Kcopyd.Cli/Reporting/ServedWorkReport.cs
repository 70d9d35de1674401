namespace Kcopyd.Cli.Reporting;

/// <summary>What a served device has under way.</summary>
/// <param name="Kind"><c>recovery</c> or <c>merge</c>.</param>
/// <param name="Done">How much of it is done.</param>
/// <param name="Total">How much it is.</param>
/// <param name="Unit"><c>regions</c> or <c>chunks</c>.</param>
internal sealed record ServedWorkReport(string Kind, long Done, long Total, string Unit);
