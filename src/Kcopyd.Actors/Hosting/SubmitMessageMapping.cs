using System.Collections.Immutable;
using Google.Protobuf;
using Kcopyd.Actors.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

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
            Options = ToWire(message.Options),
            Direct = message.Direct,
        };
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
        };
        wire.Details.AddRange(completed.Details.Select(ToWire));
        wire.Zeroed.AddRange(completed.ZeroedRanges.Select(ToWire));
        wire.Targets.AddRange(completed.Targets.Select(ToWire));
        return wire;
    }

    public static SubmitCopy FromWire(Protocol.Submit wire) => new(
        wire.CorrelationId,
        Checked<CopyJobKind>(wire.Kind),
        wire.Source is { } source ? FromWire(source) : null,
        [.. wire.Targets.Select(FromWire)],
        FromWire(wire.Options ?? ToWire(CopyOptions.Default)))
    {
        Direct = wire.Direct,
    };

    public static SubmitAccepted FromWire(Protocol.Accepted wire) => new(wire.CorrelationId, new CopyJobId(wire.Job));

    public static SubmitBusy FromWire(Protocol.Busy wire) => new(wire.CorrelationId, wire.QueueLimit);

    public static SubmitRejected FromWire(Protocol.Rejected wire) =>
        new(wire.CorrelationId, new CopyRejection(Checked<CopyRejectionKind>(wire.Kind), wire.Reason));

    public static SubmitCompleted FromWire(Protocol.Completed wire) => new(
        wire.CorrelationId,
        new CopyCompleted(
            new CopyJobId(wire.Job), Checked<CopyOutcome>(wire.Outcome), wire.ReadError, wire.WriteErrors)
        {
            Sectors = wire.Sectors,
            BytesRead = wire.BytesRead,
            Details = [.. wire.Details.Select(FromWire)],
            FailureCount = wire.FailureCount,
            ZeroedRanges = [.. wire.Zeroed.Select(FromWire)],
            Targets = [.. wire.Targets.Select(FromWire)],
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

    private static Protocol.Options ToWire(CopyOptions options) => new()
    {
        SegmentBytes = options.SegmentSize.Value,
        InFlight = options.InFlight,
        IgnoreError = options.IgnoreError,
        WriteSequential = options.WriteSequential,
        OnTargetError = (int)options.OnTargetError,
        OnReadError = (int)options.OnReadError,
        SalvageLimit = options.SalvageLimit,
        Sparse = options.Sparse,
        Flush = options.Flush,
        Verify = options.Verify,
        Digest = options.Digest,
    };

    private static CopyOptions FromWire(Protocol.Options wire) => new()
    {
        SegmentSize = new ByteCount(wire.SegmentBytes),
        InFlight = wire.InFlight,
        IgnoreError = wire.IgnoreError,
        WriteSequential = wire.WriteSequential,
        OnTargetError = Checked<OnTargetError>(wire.OnTargetError),
        OnReadError = Checked<OnReadError>(wire.OnReadError),
        SalvageLimit = wire.SalvageLimit,
        Sparse = wire.Sparse,
        Flush = wire.Flush,
        Verify = wire.Verify,
        Digest = wire.Digest,
    };

    private static Protocol.Range ToWire(SectorRange range) => new() { Start = range.Start, Count = range.Count };

    private static SectorRange FromWire(Protocol.Range wire) => SectorRange.Create(wire.Start, wire.Count);

    private static Protocol.Failure ToWire(CopyFailure failure)
    {
        var wire = new Protocol.Failure
        {
            Kind = (int)failure.Kind,
            Range = ToWire(failure.Range),
            Errno = failure.Errno,
            IsTransient = failure.IsTransient,
            Reason = failure.Reason,
        };
        if (failure.Target is { } target)
        {
            wire.Target = target;
        }

        return wire;
    }

    private static CopyFailure FromWire(Protocol.Failure wire) => new(
        Checked<CopyFailureKind>(wire.Kind),
        wire.HasTarget ? wire.Target : null,
        FromWire(wire.Range),
        wire.Errno,
        wire.IsTransient,
        wire.Reason);

    private static Protocol.Target ToWire(CopyTargetResult target) => new()
    {
        Uri = target.Uri,
        BytesWritten = target.BytesWritten,
        BytesFlushed = target.BytesFlushed,
        State = (int)target.State,
    };

    private static CopyTargetResult FromWire(Protocol.Target wire) =>
        new(wire.Uri, wire.BytesWritten, wire.BytesFlushed, Checked<CopyTargetState>(wire.State));

    private static T Checked<T>(int number)
        where T : struct, Enum
    {
        var value = (T)Enum.ToObject(typeof(T), number);
        return Enum.IsDefined(value)
            ? value
            : throw new InvalidDataException($"{number} is no {typeof(T).Name} of this version.");
    }
}
