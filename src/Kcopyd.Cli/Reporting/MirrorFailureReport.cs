using Kcopyd.Actors.Mirrors;

namespace Kcopyd.Cli.Reporting;

/// <summary>A failure in a JSON report about a mirror.</summary>
/// <param name="Leg">The leg, from 0; null: the log.</param>
/// <param name="Device">As the table calls it.</param>
/// <param name="Reason">Why, a sentence.</param>
internal sealed record MirrorFailureReport(int? Leg, string Device, string Reason)
{
    internal static MirrorFailureReport Of(MirrorFailure failure) =>
        new(failure.Leg, failure.Device, failure.Reason);
}
