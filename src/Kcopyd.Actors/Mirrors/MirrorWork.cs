using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>What a mirror's actor is told.</summary>
internal abstract record MirrorWork : INoSerializationVerificationNeeded
{
    private MirrorWork()
    {
    }

    /// <summary>Command: write, zero, discard or flush.</summary>
    public sealed record Submit(MirrorRequest Request) : MirrorWork;

    /// <summary>Command: the caller gives a request up.</summary>
    public sealed record Withdraw(MirrorRequest Request, CancellationToken Token) : MirrorWork;

    /// <summary>Event: the legs answered a request.</summary>
    /// <param name="Request">It.</param>
    /// <param name="Failed">The legs that failed, of each of its pieces.</param>
    public sealed record RequestEnded(MirrorRequest Request, LegMask[] Failed) : MirrorWork;

    /// <summary>Event: a leg could not read. Answered through <paramref name="Next"/> by the leg to try; -1: none.
    /// </summary>
    public sealed record ReadFailed(
        (int Index, MirrorLeg Leg) Failed,
        RegionRun Regions,
        SectorRange Range,
        LegMask Tried,
        Answer<int> Next) : MirrorWork;

    /// <summary>Event: a commit of the log ended.</summary>
    public sealed record Committed(long Number, MirrorLogException? Failure) : MirrorWork;

    /// <summary>Event: the legs were flushed, for regions to be marked clean or for a request.</summary>
    public sealed record LegsFlushed(LegMask Failed, DeviceException? Failure) : MirrorWork;

    /// <summary>Event: the legs were flushed for a request.</summary>
    public sealed record RequestFlushed(MirrorRequest Request, LegMask Failed, DeviceException? Failure) : MirrorWork;

    /// <summary>Timer: regions may be marked clean.</summary>
    public sealed record CleanDue : MirrorWork;

    /// <summary>Timer: recoveries that failed may be tried again.</summary>
    public sealed record RetryDue : MirrorWork;

    /// <summary>Timer: it is time to look who uses the mirror.</summary>
    public sealed record SampleDue : MirrorWork;

    /// <summary>Timer: recoveries rested long enough.</summary>
    public sealed record RestOver : MirrorWork;

    /// <summary>Timer: saving the table failed and is tried again.</summary>
    public sealed record SaveDue : MirrorWork;

    /// <summary>Event: the table was saved, or not.</summary>
    public sealed record TableSaved(Exception? Failure) : MirrorWork;

    /// <summary>Query: the status.</summary>
    public sealed record GetStatus(Answer<MirrorStatus> Answer) : MirrorWork;

    /// <summary>Query: the counts.</summary>
    public sealed record GetCounts(Answer<MirrorCounts> Answer) : MirrorWork;

    /// <summary>Query: what is wrong now.</summary>
    public sealed record GetFailures(Answer<ImmutableArray<MirrorFailure>> Answer) : MirrorWork;

    /// <summary>Query: answered when all legs hold the same.</summary>
    public sealed record WaitUntilInSync(Answer<bool> Answer) : MirrorWork;

    /// <summary>Command: suspend.</summary>
    public sealed record Suspend(bool KeepsHeld, Answer<bool> Answer) : MirrorWork;

    /// <summary>Command: resume.</summary>
    public sealed record Resume(bool ForgetsErrors, Answer<bool> Answer) : MirrorWork;

    /// <summary>Event: the log was written anew before a resume.</summary>
    public sealed record Rewritten(Resume Command, MirrorLogException? Failure) : MirrorWork;

    /// <summary>Command: another device for a leg.</summary>
    public sealed record Replace(int Index, MirrorLeg Leg, Answer<bool> Answer) : MirrorWork;

    /// <summary>Command: compare the legs.</summary>
    public sealed record Check(IProgress<long>? Progress, Answer<MirrorComparison> Answer) : MirrorWork;

    /// <summary>Command: another limit for recoveries.</summary>
    public sealed record SetRecoveryRate(ByteCount BytesPerSecond) : MirrorWork;

    /// <summary>Command: suspend, and stop.</summary>
    public sealed record Close : MirrorWork;

    /// <summary>Timer: closing took too long.</summary>
    public sealed record CloseDue : MirrorWork;
}
