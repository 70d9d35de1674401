using System.Collections.Immutable;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>Device exceptions as values.</summary>
internal static class DeviceFailures
{
    public static CopyFailure From(DeviceException e, CopyFailureKind kind, int? target, SectorRange range) =>
        new(kind, target, range, e.Errno, e.IsTransient, e.Message);

    /// <summary>I/O that disposal gave up on.</summary>
    public static CopyFailure Aborted(int? target, SectorRange range) => new(
        target is null ? CopyFailureKind.Read : CopyFailureKind.Write,
        target,
        range,
        0,
        true,
        "The client was disposed before the I/O completed.");

    /// <summary>Adds a failure, or makes the last one longer if this one follows it for the same reason.</summary>
    public static void AddOrExtend(
        ImmutableArray<CopyFailure>.Builder failures, DeviceException e, SectorRange range)
    {
        if (failures.Count > 0 && failures[^1] is var last && last.Range.End == range.Start && last.Errno == e.Errno)
        {
            failures[^1] = last with { Range = SectorRange.Between(last.Range.Start, range.End) };
        }
        else
        {
            failures.Add(From(e, CopyFailureKind.Read, null, range));
        }
    }
}
