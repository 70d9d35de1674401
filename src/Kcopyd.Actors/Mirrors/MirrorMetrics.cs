using System.Diagnostics.Metrics;
using Kcopyd.Actors.Copying;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Mirrors;

/// <summary>The instruments of mirrors, on the meter <c>Kcopyd.Actors</c> (UCUM units).</summary>
internal static class MirrorMetrics
{
    private static readonly Meter Meter = new(CopyMetrics.Name);

    public static readonly UpDownCounter<long> RegionsOutOfSync = Meter.CreateUpDownCounter<long>(
        "kcopyd.mirror.regions_out_of_sync", "{region}", "Regions that some leg of a running mirror lacks.");

    public static readonly Counter<long> BytesRecovered = Meter.CreateCounter<long>(
        "kcopyd.mirror.bytes_recovered", "By", "Bytes of the mirror that recoveries copied to all legs that lacked them.");

    public static readonly Counter<long> Repairs = Meter.CreateCounter<long>(
        "kcopyd.mirror.repairs", "{repair}", "Ranges that a leg could not read and took when they were written back.");

    private static readonly Counter<long> LegErrors = Meter.CreateCounter<long>(
        "kcopyd.mirror.leg_errors", "{error}", "Requests that a leg failed, by error: write, flush, sync, read.");

    private static readonly KeyValuePair<string, object?> WriteTag = new("error", "write");

    private static readonly KeyValuePair<string, object?> FlushTag = new("error", "flush");

    private static readonly KeyValuePair<string, object?> SyncTag = new("error", "sync");

    private static readonly KeyValuePair<string, object?> ReadTag = new("error", "read");

    /// <summary>These legs failed a request, each once.</summary>
    public static void CountErrors(LegMask legs, LegErrors error)
    {
        if (!legs.IsEmpty)
        {
            LegErrors.Add(legs.Count, error switch
            {
                Core.Mirrors.LegErrors.Write => WriteTag,
                Core.Mirrors.LegErrors.Flush => FlushTag,
                Core.Mirrors.LegErrors.Sync => SyncTag,
                _ => ReadTag,
            });
        }
    }
}
