using Akka.Actor;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Copying;

/// <summary>The local protocol of a client actor: what it is told, and what it answers.</summary>
/// <remarks>It carries live devices and any context object, so it never leaves the process.</remarks>
public abstract record ClientMessage : INoSerializationVerificationNeeded
{
    private protected ClientMessage()
    {
    }

    /// <summary>Command: take a job.</summary>
    /// <param name="Request">What to do.</param>
    /// <param name="Context">Comes back in <see cref="CopyCompleted.Context"/>.</param>
    /// <remarks>
    /// Answered by <see cref="CopyAccepted"/> and later exactly one <see cref="CopyCompleted"/>, or by
    /// <see cref="CopyBusy"/> or <see cref="CopyRejected"/> alone.
    /// </remarks>
    public sealed record Copy(CopyRequest Request, object? Context = null) : ClientMessage;

    /// <summary>Command: let the job rest. Answered by <see cref="JobPaused"/> once nothing of it is in flight, or
    /// <see cref="JobUnknown"/>.</summary>
    public sealed record PauseJob(CopyJobId Job) : ClientMessage;

    /// <summary>Command: let a resting job go on. Answered by <see cref="JobResumed"/> or
    /// <see cref="JobUnknown"/>.</summary>
    public sealed record ResumeJob(CopyJobId Job) : ClientMessage;

    /// <summary>Command: end the job once what is in flight has settled. Answered by <see cref="JobUnknown"/> if there
    /// is none; otherwise the job's completion is the answer.</summary>
    public sealed record CancelJob(CopyJobId Job) : ClientMessage;

    /// <summary>Query: where is the job? Answered by <see cref="CopyProgress"/> or <see cref="JobUnknown"/>.</summary>
    public sealed record GetProgress(CopyJobId Job) : ClientMessage;

    /// <summary>Query: how is the client? Answered by <see cref="ClientStatus"/>.</summary>
    public sealed record GetStatus : ClientMessage;

    /// <summary>Command: another throttle from now on; null leaves a part as it is. Answered by nothing.</summary>
    /// <param name="BytesPerSecond">Bytes of source a second; 0: no limit.</param>
    /// <param name="Percent">Per cent of the time with I/O in flight, 0 to 100; 100: no limit.</param>
    public sealed record SetThrottle(ByteCount? BytesPerSecond, int? Percent) : ClientMessage;

    /// <summary>Query: tell when every job accepted before this is over. Answered by <see cref="Drained"/>.</summary>
    public sealed record Drain : ClientMessage;

    /// <summary>Command: take no more jobs, end those that rest, drain, give the pages back and stop. Answered by
    /// <see cref="Destroyed"/>.</summary>
    public sealed record Destroy : ClientMessage;

    /// <summary>Answer: the job was taken.</summary>
    public sealed record CopyAccepted(CopyJobId Job, object? Context) : ClientMessage;

    /// <summary>Answer: the job was not taken, because the client has as many as it takes.</summary>
    public sealed record CopyBusy(int QueueLimit, object? Context) : ClientMessage;

    /// <summary>Answer: the job was not taken.</summary>
    public sealed record CopyRejected(CopyRejection Rejection, object? Context) : ClientMessage;

    /// <summary>Answer: the job rests; nothing of it is in flight.</summary>
    public sealed record JobPaused(CopyJobId Job) : ClientMessage;

    /// <summary>Answer: the job goes on.</summary>
    public sealed record JobResumed(CopyJobId Job) : ClientMessage;

    /// <summary>Answer: this client has no such job, or it is over.</summary>
    public sealed record JobUnknown(CopyJobId Job) : ClientMessage;

    /// <summary>Answer: every job accepted before the question is over.</summary>
    public sealed record Drained : ClientMessage;

    /// <summary>Answer: every job is over, every callback returned, every page is back.</summary>
    public sealed record Destroyed : ClientMessage;
}
