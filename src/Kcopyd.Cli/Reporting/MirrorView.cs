using System.Collections.Immutable;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Cli.Reporting;

/// <summary>A mirror that does not run, as its devices show it.</summary>
/// <param name="Status">What it would say of itself.</param>
/// <param name="Failures">The legs that are not there or do not fit.</param>
internal sealed record MirrorView(MirrorStatus Status, ImmutableArray<MirrorFailure> Failures)
{
    internal static MirrorView Of(MirrorTable table, long inSync, ImmutableArray<MirrorFailure> failures = default)
    {
        var known = failures.IsDefault ? [] : failures;
        var legs = table.Legs.Select((leg, index) => new MirrorLegStatus(
            leg.Device, known.Any(failure => failure.Leg == index) ? LegHealth.Write : LegHealth.Alive));
        return new MirrorView(
            new MirrorStatus(
                [.. legs],
                inSync,
                table.Geometry.RegionCount,
                new MirrorLogStatus(table.Log.Kind, table.Log.Device, LogHealth.Alive)),
            known);
    }
}
