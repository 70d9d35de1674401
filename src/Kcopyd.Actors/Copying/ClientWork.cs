using Akka.Actor;
using Akka.Event;
using Kcopyd.Core.Paging;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>The part of a client actor's protocol that is spoken inside the engine.</summary>
internal abstract record ClientWork : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
    private ClientWork()
    {
    }

    /// <summary>Command: as <see cref="ClientMessage.Copy"/>, from a caller without a mailbox.</summary>
    public sealed record Submit(CopyRequest Request, ClientTicket Ticket) : ClientWork;

    /// <summary>Command: a completion without I/O will follow; it counts as outstanding from now on.</summary>
    public sealed record Prepare(PreparedCompletion Prepared) : ClientWork;

    /// <summary>Command: let the prepared completion through.</summary>
    public sealed record CompletePrepared(PreparedCompletion Prepared, bool ReadError, ulong WriteErrors) : ClientWork;

    /// <summary>Command: end every job and stop, within <see cref="KcopydClientOptions.DisposeTimeout"/>.</summary>
    public sealed record Shutdown : ClientWork;

    /// <summary>Command of a job: let a segment in.</summary>
    public sealed record AdmitSegment(Admission Admission) : ClientWork;

    /// <summary>Command of a job: take back what it asked for and did not get yet.</summary>
    public sealed record WithdrawSegments(long Number) : ClientWork;

    /// <summary>Event: nobody uses these pages any more.</summary>
    public sealed record PagesReturned(PageLease Lease) : ClientWork;

    /// <summary>Event: a job has begun to rest, or goes on.</summary>
    /// <param name="Number">The job.</param>
    /// <param name="Rests">Whether it rests.</param>
    /// <param name="Pause">The last pause that it was told of.</param>
    public sealed record JobRests(long Number, bool Rests, int Pause) : ClientWork;

    /// <summary>Event: a job is over; its actor waits to be stopped.</summary>
    public sealed record JobEnded(long Number, CopyCompleted Completed) : ClientWork;

    /// <summary>Event: a completion was delivered and its callback returned.</summary>
    public sealed record Delivered(long Number) : ClientWork;

    /// <summary>Event: the devices that were opened for a job are closed.</summary>
    public sealed record DevicesClosed(long Number, CopyCompleted Completed) : ClientWork;

    /// <summary>Event: the actor of a job stopped.</summary>
    public sealed record JobStopped(long Number) : ClientWork;

    /// <summary>Event: the devices of a <see cref="SubmitCopy"/> are open, or are not.</summary>
    public sealed record DevicesOpened(SubmitCopy Message, IActorRef ReplyTo, OpenedDevices Devices) : ClientWork;

    /// <summary>Timer: the throttle may let the head of the queue in.</summary>
    public sealed record ThrottleDue : ClientWork;

    /// <summary>Answer of a job: when it is to be looked at next, on the scheduler's monotonic clock.</summary>
    public sealed record StallChecked(TimeSpan Due) : ClientWork;

    /// <summary>Timer: look for jobs that stall.</summary>
    public sealed record StallCheckDue : ClientWork;

    /// <summary>Timer: disposal has waited long enough.</summary>
    public sealed record ShutdownDue : ClientWork;
}
