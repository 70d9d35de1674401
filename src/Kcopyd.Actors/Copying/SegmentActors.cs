using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>Makes the actors that work on the segments of a job: its readers, writers, verifiers and the digest.
/// Belongs to the job actor, whose children they are.</summary>
internal sealed class SegmentActors
{
    private readonly CopyJobSetup _setup;
    private readonly JobReport _report;
    private readonly IActorContext _context;
    private IActorRef? _digest;

    public SegmentActors(CopyJobSetup setup, JobReport report, IActorContext context)
    {
        (_setup, _report, _context) = (setup, report, context);

        // As in the kernel (K12): by command only if every target has one.
        ZeroesByCommand = setup.Request.Targets
            .All(target => target.Device.Geometry.Can(BlockDeviceAbilities.WriteZeroes));
    }

    /// <summary>Whether zeros are made by the devices' own command.</summary>
    public bool ZeroesByCommand { get; }

    public void Read(Segment segment, PageLease lease)
    {
        var options = _setup.Spec.Options;
        var read = new SegmentRead(segment, _setup.Request.Source!, lease, options.OnReadError, options.Sparse)
        {
            Abort = _setup.Abort,
        };
        _context.ActorOf(ReaderActor.PropsFor(read.Source.Device)).Tell(read);
    }

    public void Write(Segment segment, int target, PageLease lease, bool isZero)
    {
        var content = (isZero, ZeroesByCommand) switch
        {
            (false, _) => SegmentContent.Pages,
            (true, true) => SegmentContent.ZeroesByCommand,
            _ => SegmentContent.ZeroesWritten,
        };
        var region = _setup.Request.Targets[target];
        var write = new SegmentWrite(segment, target, region, lease, content)
        {
            ValidBytes = _report.ValidBytes(segment),
            Abort = _setup.Abort,
        };
        _context.ActorOf(WriterActor.PropsFor(region.Device)).Tell(write);
    }

    public void Compare(Segment segment, PageLease lease)
    {
        var comparison = new SegmentComparison(segment, _setup.Request.Source, _setup.Request.Targets, lease)
        {
            Abort = _setup.Abort,
        };
        _context.ActorOf(Props.Create<VerifierActor>(comparison).WithDispatcher(CopyDispatchers.Copy));
    }

    public void Hash(Segment segment, PageLease? lease) => Digest().Tell(
        new DigestActor.HashSegment(segment, lease, _report.ValidBytes(segment)), _context.Self);

    /// <summary>Asks for the digest of what was hashed; answered by <see cref="DigestActor.Digest"/>.</summary>
    public void AskDigest() => Digest().Tell(new DigestActor.GetDigest(), _context.Self);

    private IActorRef Digest()
    {
        if (_digest is null)
        {
            _digest = _context.ActorOf(Props.Create<DigestActor>().WithDispatcher(CopyDispatchers.Copy));
            _context.WatchWith(_digest, DigestLost.Instance);
        }

        return _digest;
    }
}
