using Kcopyd.Actors.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
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

    /// <summary>How a journaled job is done: what it claims has to be flushed, and what is in flight at once is no more
    /// than half of what may be unflushed.</summary>
    public static CopyOptions OptionsFor(CopyOptions options, JournalOptions journal)
    {
        var most = Math.Max(1, journal.UnflushedLimit.Value / 2 / options.SegmentSize.Value);
        return options with { Flush = true, InFlight = (int)Math.Min(options.InFlight, most) };
    }

    /// <summary>The first event of a run.</summary>
    public JobEvent.RunStarted Run(long epoch, TargetMask afresh, DateTimeOffset at) => new(epoch, at)
    {
        Run = Guid.NewGuid().ToString("N"),
        Runner = JobLock.Self,
        Options = Request.Options,
        Direct = Journaling.Direct,
        Source = Request.Source is { } source ? Recorded(source.Device) : null,
        Targets = [.. Request.Targets.Select(target => Recorded(target.Device))],
        Afresh = afresh,
    };

    /// <summary>What segments that were begun may still write to one target.</summary>
    public long InFlightBytes(int inFlight) => inFlight * Request.Options.SegmentSize.Value;

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
