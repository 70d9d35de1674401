using Kcopyd.Actors.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Journaling;
using Kcopyd.Core.Paging;
using Kcopyd.Devices;
using Microsoft.Extensions.Logging;

namespace Kcopyd.Actors.Journaling;

/// <summary>What the journal of a job is made with.</summary>
/// <param name="Job">The job's name.</param>
/// <param name="Options">Of the client.</param>
/// <param name="Request">What is to be done; journaled.</param>
/// <param name="Logger">Where it logs.</param>
internal sealed record JobJournalSetup(CopyJobId Job, JournalOptions Options, CopyRequest Request, ILogger Logger)
{
    /// <summary>What the job is about.</summary>
    public JobDescription Description { get; } = Describe(Request);

    /// <summary>How this run begins.</summary>
    public JobJournaling Journaling => Request.Journaling!;

    /// <summary>What failures of the whole job are about.</summary>
    public SectorRange Range => (Request.Source ?? Request.Targets[0]).Range;

    /// <summary>The devices as they were opened, before this run changed any.</summary>
    public JobDevices Found { get; } =
        new(Request.Source?.Device.Identity, [.. Request.Targets.Select(target => target.Device.Identity)]);

    /// <summary>How often it is flushed and journaled, and how long a run may write without.</summary>
    public CheckpointPace Pace { get; } = new(Options.Interval, Options.UnflushedLimit);

    /// <summary>The most that segments that were begun may still write to one target.</summary>
    public long InFlightBytes { get; } = Request.Options.InFlight * Request.Options.SegmentSize.Value;

    /// <summary>How a journaled job is done: what it claims has to be flushed, and what is in flight at once is no more
    /// than half of what may be unflushed.</summary>
    public static CopyOptions OptionsFor(CopyOptions options, JournalOptions journal)
    {
        var half = journal.UnflushedLimit.Value / 2;
        var pages = Math.Min(options.SegmentSize.Value, half) / PageBudget.PageSize;
        var size = new ByteCount(pages * PageBudget.PageSize);
        var inFlight = (int)Math.Min(options.InFlight, half / size.Value);
        return options with { Flush = true, SegmentSize = size, InFlight = inFlight };
    }

    /// <summary>The run that may still be at it, as far as no lock rules it out; null if there is none.</summary>
    public JobEvent.RunStarted? RunElsewhere(JobRecord record) =>
        record is { Standing: JobStanding.Running, LastRun: { } run } && !JobLock.Covers(Options.LockDirectory, run)
            ? run
            : null;

    /// <summary>The first event of a run.</summary>
    public JobEvent.RunStarted Run(long epoch, TargetMask afresh, DateTimeOffset at) => new(epoch, at)
    {
        Run = Guid.NewGuid().ToString("N"),
        Runner = JobLock.Self,
        Lease = Pace.Lease,
        LockId = JobLock.IdOf(Options.LockDirectory),
        Options = Request.Options,
        Direct = Journaling.Direct,
        Source = Request.Source is { } source ? Recorded(source.Device) : null,
        Targets = [.. Request.Targets.Select(target => Recorded(target.Device))],
        Afresh = afresh,
    };

    /// <summary>A file that was extended for this run has its new length from now on.</summary>
    private static BlockDeviceIdentity Recorded(IBlockDevice device) =>
        device.Identity with { LengthBytes = device.Geometry.LengthBytes };

    private static JobDescription Describe(CopyRequest request) => new(
        request.Kind,
        request.Targets[0].Range.Count,
        request.Source is { } source ? Region(source) : null,
        [.. request.Targets.Select(Region)]);

    private static JobRegion Region(IoRegion region) => new(region.Device.Identity.Uri, region.Range.Start);
}
