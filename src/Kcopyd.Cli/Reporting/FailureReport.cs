using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Reporting;

/// <summary>A failure in a JSON report.</summary>
/// <param name="Kind"><c>read</c>, <c>write</c>, <c>flush</c>, <c>mismatch</c>, <c>vanished</c>, <c>salvageLimit</c> or
/// <c>engine</c>.</param>
/// <param name="End"><c>source</c> or <c>target</c>.</param>
/// <param name="Target">The index of the target, from 0; null for the source.</param>
/// <param name="Sector">The first sector concerned, on that device.</param>
/// <param name="Count">How many.</param>
internal sealed record FailureReport(string Kind, string End, int? Target, long Sector, long Count)
{
    public int Errno { get; init; }

    public bool Transient { get; init; }

    public required string Reason { get; init; }

    internal static FailureReport Of(CopyFailure failure) => new(
        ReportJson.Word(failure.Kind),
        failure.Target is null ? "source" : "target",
        failure.Target,
        failure.Range.Start,
        failure.Range.Count)
    {
        Errno = failure.Errno,
        Transient = failure.IsTransient,
        Reason = failure.Reason,
    };
}
