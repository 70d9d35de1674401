using System.Collections.Immutable;
using Google.Protobuf;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core.Copying;
using WireValues = Kcopyd.Actors.Protocol.WireValues;

namespace Kcopyd.Actors.Hosting;

/// <summary>Messages of the remote protocol to and from their wire form. Enumerations travel by the numbers in
/// kcopyd.proto.</summary>
internal static class SubmitMessageMapping
{
    public static Protocol.Submit ToWire(SubmitCopy message)
    {
        var wire = new Protocol.Submit
        {
            CorrelationId = message.CorrelationId,
            Kind = (int)message.Kind,
            Source = message.Source is { } source ? ToWire(source) : null,
            Options = WireValues.ToWire(message.Options),
            Direct = message.Direct,
        };
        if (message.Name is { } name)
        {
            wire.Job = name;
        }

        if (message.Policy is { } policy)
        {
            wire.Policy = (int)policy;
        }

        wire.Targets.AddRange(message.Targets.Select(ToWire));
        return wire;
    }

    public static Protocol.Rejected ToWire(SubmitRejected message) => new()
    {
        CorrelationId = message.CorrelationId,
        Kind = (int)message.Rejection.Kind,
        Reason = message.Rejection.Reason,
    };

    public static Protocol.Completed ToWire(SubmitCompleted message)
    {
        var completed = message.Completed;
        var wire = new Protocol.Completed
        {
            CorrelationId = message.CorrelationId,
            Job = completed.Job.Value,
            Outcome = (int)completed.Outcome,
            ReadError = completed.ReadError,
            WriteErrors = completed.WriteErrors,
            Sectors = completed.Sectors,
            BytesRead = completed.BytesRead,
            FailureCount = completed.FailureCount,
            Digest = ByteString.CopyFrom(completed.Digest.AsSpan()),
            ElapsedTicks = completed.Elapsed.Ticks,
            NeverBegan = !completed.HasBegun,
        };
        wire.Details.AddRange(completed.Details.Select(WireValues.ToWire));
        wire.Zeroed.AddRange(completed.ZeroedRanges.Select(WireValues.ToWire));
        wire.Targets.AddRange(completed.Targets.Select(ToWire));
        wire.Notices.AddRange(completed.Notices);
        return wire;
    }

    public static SubmitCopy FromWire(Protocol.Submit wire) => new(
        wire.CorrelationId,
        WireValues.Checked<CopyJobKind>(wire.Kind),
        wire.Source is { } source ? FromWire(source) : null,
        [.. wire.Targets.Select(FromWire)],
        WireValues.FromWire(wire.Options ?? WireValues.ToWire(CopyOptions.Default)))
    {
        Direct = wire.Direct,
        Name = wire.HasJob ? wire.Job : null,
        Policy = wire.HasPolicy ? WireValues.Checked<JobStartPolicy>(wire.Policy) : null,
    };

    public static SubmitAccepted FromWire(Protocol.Accepted wire) => new(wire.CorrelationId, new CopyJobId(wire.Job));

    public static SubmitBusy FromWire(Protocol.Busy wire) => new(wire.CorrelationId, wire.QueueLimit);

    public static SubmitRejected FromWire(Protocol.Rejected wire) =>
        new(wire.CorrelationId, new CopyRejection(WireValues.Checked<CopyRejectionKind>(wire.Kind), wire.Reason));

    public static SubmitCompleted FromWire(Protocol.Completed wire) => new(
        wire.CorrelationId,
        new CopyCompleted(
            new CopyJobId(wire.Job), WireValues.Checked<CopyOutcome>(wire.Outcome), wire.ReadError, wire.WriteErrors)
        {
            Sectors = wire.Sectors,
            BytesRead = wire.BytesRead,
            Details = [.. wire.Details.Select(WireValues.FromWire)],
            FailureCount = wire.FailureCount,
            ZeroedRanges = [.. wire.Zeroed.Select(WireValues.FromWire)],
            Targets = [.. wire.Targets.Select(FromWire)],
            Notices = [.. wire.Notices],
            HasBegun = !wire.NeverBegan,
            Digest = ImmutableArray.Create(wire.Digest.Span),
            Elapsed = TimeSpan.FromTicks(wire.ElapsedTicks),
        });

    private static Protocol.Region ToWire(SubmitRegion region)
    {
        var wire = new Protocol.Region { Uri = region.Uri, FirstSector = region.FirstSector };
        if (region.SectorCount is { } count)
        {
            wire.SectorCount = count;
        }

        return wire;
    }

    private static SubmitRegion FromWire(Protocol.Region wire) =>
        new(wire.Uri, wire.FirstSector, wire.HasSectorCount ? wire.SectorCount : null);

    private static Protocol.Target ToWire(CopyTargetResult target) => new()
    {
        Uri = target.Uri,
        BytesWritten = target.BytesWritten,
        BytesFlushed = target.BytesFlushed,
        State = (int)target.State,
        BytesKept = target.BytesKept,
    };

    private static CopyTargetResult FromWire(Protocol.Target wire) =>
        new(wire.Uri, wire.BytesWritten, wire.BytesFlushed, WireValues.Checked<CopyTargetState>(wire.State))
        {
            BytesKept = wire.BytesKept,
        };
}
