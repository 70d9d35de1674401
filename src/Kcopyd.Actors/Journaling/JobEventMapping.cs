using System.Collections.Immutable;
using Google.Protobuf.Collections;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using WireValues = Kcopyd.Actors.Protocol.WireValues;

namespace Kcopyd.Actors.Journaling;

/// <summary>Events and snapshots of a job to and from their form in the journal. Pure.</summary>
internal static class JobEventMapping
{
    public static Protocol.JobCreated ToWire(JobEvent.Created e) =>
        new() { At = e.At.UtcTicks, Description = ToWire(e.Description) };

    public static Protocol.JobRunStarted ToWire(JobEvent.RunStarted e)
    {
        var wire = new Protocol.JobRunStarted
        {
            At = e.At.UtcTicks,
            Epoch = e.Epoch,
            Run = e.Run,
            Runner = e.Runner,
            Options = WireValues.ToWire(e.Options),
            Direct = e.Direct,
            Source = e.Source is { } source ? ToWire(source) : null,
            Afresh = e.Afresh.Bits,
            LeaseTicks = e.Lease.Ticks,
            LockId = e.LockId,
        };
        wire.Targets.AddRange(e.Targets.Select(ToWire));
        return wire;
    }

    public static Protocol.JobCheckpoint ToWire(JobEvent.Checkpoint e)
    {
        var wire = new Protocol.JobCheckpoint
        {
            At = e.At.UtcTicks,
            Epoch = e.Epoch,
            Number = e.Number,
            WriteErrors = e.WriteErrors.Bits,
            Dropped = e.Dropped.Bits,
            ReadError = e.ReadError,
            FailureCount = e.FailureCount,
            BytesPerSecond = e.BytesPerSecond,
        };
        wire.Flushed.AddRange(FlushedRanges.Join(e.Flushed).Select(ToWire));
        wire.Failures.AddRange(e.Failures.Select(WireValues.ToWire));
        wire.Zeroed.AddRange(e.Zeroed.Select(WireValues.ToWire));
        return wire;
    }

    public static Protocol.JobRunEnded ToWire(JobEvent.RunEnded e) =>
        new() { At = e.At.UtcTicks, Epoch = e.Epoch, Standing = (int)e.Standing, Reason = e.Reason };

    public static Protocol.JobWithdrawn ToWire(JobEvent.Withdrawn e)
    {
        var wire = new Protocol.JobWithdrawn { At = e.At.UtcTicks };
        wire.Ranges.AddRange(FlushedRanges.Join(e.Ranges).Select(ToWire));
        return wire;
    }

    public static Protocol.JobSnapshot ToWire(JobSnapshot snapshot) => new()
    {
        CreatedAt = snapshot.CreatedAt.UtcTicks,
        Description = ToWire(snapshot.Description),
        LastRun = snapshot.LastRun is { } run ? ToWire(run) : null,
        Standing = (int)snapshot.Standing,
        Reason = snapshot.Reason,
        State = ToWire(snapshot.State),
    };

    public static JobEvent.Created FromWire(Protocol.JobCreated wire) =>
        new(FromWire(Present(wire.Description)), Time(wire.At));

    public static JobEvent.RunStarted FromWire(Protocol.JobRunStarted wire) => new(wire.Epoch, Time(wire.At))
    {
        Run = wire.Run,
        Runner = wire.Runner,
        Options = WireValues.FromWire(Present(wire.Options)),
        Direct = wire.Direct,
        Source = wire.Source is { } source ? FromWire(source) : null,
        Targets = [.. wire.Targets.Select(FromWire)],
        Afresh = new TargetMask(wire.Afresh),
        Lease = new TimeSpan(wire.LeaseTicks),
        LockId = wire.LockId,
    };

    public static JobEvent.Checkpoint FromWire(Protocol.JobCheckpoint wire) =>
        new(wire.Epoch, wire.Number, Time(wire.At))
        {
            Flushed = [.. wire.Flushed.Select(FromWire)],
            WriteErrors = new TargetMask(wire.WriteErrors),
            Dropped = new TargetMask(wire.Dropped),
            ReadError = wire.ReadError,
            FailureCount = wire.FailureCount,
            Failures = [.. wire.Failures.Select(WireValues.FromWire)],
            Zeroed = [.. wire.Zeroed.Select(WireValues.FromWire)],
            BytesPerSecond = wire.BytesPerSecond,
        };

    public static JobEvent.RunEnded FromWire(Protocol.JobRunEnded wire) =>
        new(wire.Epoch, WireValues.Checked<JobStanding>(wire.Standing), wire.Reason, Time(wire.At));

    public static JobEvent.Withdrawn FromWire(Protocol.JobWithdrawn wire) =>
        new([.. wire.Ranges.Select(FromWire)], Time(wire.At));

    public static JobSnapshot FromWire(Protocol.JobSnapshot wire) =>
        new(FromWire(Present(wire.Description)), Time(wire.CreatedAt))
        {
            LastRun = wire.LastRun is { } run ? FromWire(run) : null,
            Standing = WireValues.Checked<JobStanding>(wire.Standing),
            Reason = wire.Reason,
            State = FromWire(Present(wire.State)),
        };

    private static Protocol.JobDescription ToWire(JobDescription description)
    {
        var wire = new Protocol.JobDescription
        {
            Kind = (int)description.Kind,
            SectorCount = description.SectorCount,
            Source = description.Source is { } source ? ToWire(source) : null,
        };
        wire.Targets.AddRange(description.Targets.Select(ToWire));
        return wire;
    }

    private static JobDescription FromWire(Protocol.JobDescription wire) => new(
        WireValues.Checked<CopyJobKind>(wire.Kind),
        wire.SectorCount,
        wire.Source is { } source ? FromWire(source) : null,
        [.. wire.Targets.Select(FromWire)]);

    private static Protocol.Region ToWire(JobRegion region) =>
        new() { Uri = region.Uri, FirstSector = region.FirstSector };

    private static JobRegion FromWire(Protocol.Region wire) => new(wire.Uri, wire.FirstSector);

    private static Protocol.Identity ToWire(BlockDeviceIdentity identity)
    {
        var wire = new Protocol.Identity { Uri = identity.Uri, LengthBytes = identity.LengthBytes };
        wire.Marks.AddRange(identity.Marks.Select(mark => new Protocol.Mark { Key = mark.Key, Value = mark.Value }));
        if (identity.Modified is { } modified)
        {
            wire.Modified = modified;
        }

        return wire;
    }

    private static BlockDeviceIdentity FromWire(Protocol.Identity wire) => new(
        wire.Uri,
        wire.LengthBytes,
        wire.Marks.ToImmutableSortedDictionary(mark => mark.Key, mark => mark.Value))
    {
        Modified = wire.HasModified ? wire.Modified : null,
    };

    /// <summary>Runs as distances: a checkpoint takes two or three bytes for most of them, wherever on the device they
    /// are.</summary>
    private static Protocol.FlushedRuns ToWire(FlushedRanges flushed)
    {
        var wire = new Protocol.FlushedRuns { Targets = flushed.Targets.Bits };
        var end = 0L;
        foreach (var range in flushed.Ranges)
        {
            Invariant.Holds(range.Start >= end);
            wire.Runs.Add((ulong)(range.Start - end));
            wire.Runs.Add((ulong)range.Count);
            end = range.End;
        }

        return wire;
    }

    private static FlushedRanges FromWire(Protocol.FlushedRuns wire) =>
        new(new TargetMask(wire.Targets), Ranges(wire.Runs));

    private static ImmutableArray<SectorRange> Ranges(RepeatedField<ulong> runs)
    {
        var ranges = ImmutableArray.CreateBuilder<SectorRange>(runs.Count / 2);
        var end = 0L;
        for (var i = 0; i < runs.Count; i += 2)
        {
            var range = SectorRange.Create(checked(end + (long)runs[i]), checked((long)runs[i + 1]));
            ranges.Add(range);
            end = range.End;
        }

        return ranges.ToImmutable();
    }

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    private static T Present<T>(T? message)
        where T : class =>
        message ?? throw new ArgumentException($"{typeof(T).Name} is missing.", nameof(message));
}
