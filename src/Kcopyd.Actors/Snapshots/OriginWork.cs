using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>What an origin's actor is told.</summary>
internal abstract record OriginWork : INoSerializationVerificationNeeded
{
    private OriginWork()
    {
    }

    /// <summary>Command: a call of the origin or of a snapshot.</summary>
    public sealed record Submit(OriginRequest Request) : OriginWork;

    /// <summary>Command: the caller gives a call up.</summary>
    public sealed record Withdraw(OriginRequest Request, CancellationToken Token) : OriginWork;

    /// <summary>Event: the devices answered a call.</summary>
    public sealed record RequestEnded(OriginRequest Request, bool Succeeded) : OriginWork;

    /// <summary>Event: a read ended that somebody waits for.</summary>
    /// <param name="Snapshot">Whose; null: the origin's last one.</param>
    public sealed record ReadEnded(SnapshotState? Snapshot) : OriginWork;

    /// <summary>Event: a commit ended.</summary>
    public sealed record Committed(SnapshotState Snapshot, StoreCommit Changes, DeviceException? Failure) : OriginWork;

    /// <summary>Event: a store was marked invalid, or could not be.</summary>
    public sealed record Marked(SnapshotState Snapshot, DeviceException? Failure) : OriginWork;

    /// <summary>Event: the origin was flushed before a snapshot begins.</summary>
    public sealed record BarrierFlushed(DeviceException? Failure) : OriginWork;

    /// <summary>Event: an area was read.</summary>
    public sealed record AreaRead(SnapshotState Snapshot, byte[] Area, DeviceException? Failure) : OriginWork;

    /// <summary>Event: the origin was flushed after a run was merged.</summary>
    public sealed record MergeFlushed(DeviceException? Failure) : OriginWork;

    /// <summary>Command: a COW device is about to be loaded, and perhaps written: it is nobody else's from now on.
    /// </summary>
    public sealed record Take(SnapshotTaking Taking, Answer<bool> Answer) : OriginWork;

    /// <summary>Command: a COW device that was taken was not loaded.</summary>
    public sealed record GiveBack(StorageClaim Claim) : OriginWork;

    /// <summary>Command: a snapshot was loaded.</summary>
    public sealed record Load(SnapshotPort Port, SnapshotState? State, Answer<bool> Answer) : OriginWork;

    /// <summary>Command: run.</summary>
    /// <param name="Port">Which snapshot; null: the origin.</param>
    /// <param name="Answer">Given when it runs.</param>
    public sealed record Resume(SnapshotPort? Port, Answer<bool> Answer) : OriginWork;

    /// <summary>Command: suspend.</summary>
    /// <param name="Port">Which snapshot; null: the origin.</param>
    /// <param name="Answer">Given when nothing is in flight.</param>
    public sealed record Suspend(SnapshotPort? Port, Answer<bool> Answer) : OriginWork;

    /// <summary>Command: a snapshot goes.</summary>
    public sealed record Leave(SnapshotPort Port) : OriginWork;

    /// <summary>Query: the status.</summary>
    public sealed record GetStatus(SnapshotPort Port, Answer<SnapshotStatus> Answer) : OriginWork;

    /// <summary>Query: the counts.</summary>
    public sealed record GetCounts(SnapshotPort Port, Answer<SnapshotCounts> Answer) : OriginWork;

    /// <summary>Command: the COW device has another size.</summary>
    public sealed record Resize(SnapshotPort Port, long CowSectors, Answer<bool> Answer) : OriginWork;

    /// <summary>Query: answered when all is merged.</summary>
    public sealed record WaitUntilMerged(SnapshotPort Port, Answer<bool> Answer) : OriginWork;

    /// <summary>Command: another throttle for copies.</summary>
    public sealed record SetThrottle(ByteCount? BytesPerSecond, int? Percent) : OriginWork;

    /// <summary>Command: suspend everything, and stop.</summary>
    public sealed record Close : OriginWork;

    /// <summary>Timer: closing took too long.</summary>
    public sealed record CloseDue : OriginWork;
}
