using System.Diagnostics;
using Akka.Actor;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>What a client knows of one job. Belongs to its client actor.</summary>
internal sealed class JobEntry(long number, CopyJobId id, CopyRequest? request, Requester requester)
{
    public long Number { get; } = number;

    public CopyJobId Id { get; } = id;

    /// <summary>What it does; null for a prepared completion, which does nothing.</summary>
    public CopyRequest? Request { get; } = request;

    /// <summary>The completion that was prepared; null for a job.</summary>
    public PreparedCompletion? Prepared { get; init; }

    /// <summary>Who asked for it.</summary>
    public Requester Requester { get; } = requester;

    /// <summary>The devices that were opened for it, or null: they are closed when it is over.</summary>
    public OpenedDevices? Devices { get; init; }

    /// <summary>On the scheduler's monotonic clock.</summary>
    public TimeSpan AcceptedAt { get; init; }

    public Activity? Activity { get; init; }

    /// <summary>Its actor; null while it waits for its turn.</summary>
    public IActorRef? Actor { get; set; }

    /// <summary>The leases it was granted and that have not come back.</summary>
    public List<PageLease> Leases { get; } = [];

    /// <summary>Whether it rests: then it does not count as active.</summary>
    public bool IsResting { get; set; }

    /// <summary>How often its actor was told to rest.</summary>
    public int Pauses { get; set; }

    /// <summary>Whether it is to begin at rest.</summary>
    public bool IsPauseWanted { get; set; } = request?.StartPaused ?? false;

    /// <summary>Who waits for it to rest.</summary>
    public List<IActorRef> PauseWaiters { get; } = [];

    /// <summary>How it ended; told when nothing of it is in flight any more. Null before its end.</summary>
    public CopyCompleted? Completed { get; set; }

    /// <summary>Whether its completion is on its way: it takes no more commands.</summary>
    public bool IsOver { get; set; }
}
