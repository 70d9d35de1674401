using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>What a pipeline needs of its job actor: to have work begun, and to be heard. Called in the actor's
/// handlers.</summary>
internal interface ISegmentWorkers
{
    /// <summary>Asks the client for pages. Answered by admitted or withdrawn.</summary>
    void RequestPages(Segment segment);

    /// <summary>Begins to read.</summary>
    void Read(Segment segment, PageLease lease);

    /// <summary>Begins to write to one target.</summary>
    void Write(Segment segment, int target, PageLease lease, bool isZero);

    /// <summary>Begins to compare.</summary>
    void Compare(Segment segment, PageLease lease);

    /// <summary>Begins to hash; without a lease, zeros.</summary>
    void Hash(Segment segment, PageLease? lease);

    /// <summary>Those of the targets that were not dropped meanwhile.</summary>
    TargetMask StillWanted(TargetMask targets);

    /// <summary>Whether the job has failed: then no write in sequence is begun any more (K11).</summary>
    bool HasFailed { get; }

    /// <summary>Whether writes may be begun; where not, a segment that was read is given up and read again later.
    /// </summary>
    bool MayWrite { get; }

    /// <summary>Whether zeros are made by the devices' own command, which leaves nothing to be written back.</summary>
    bool ZeroesByCommand { get; }

    /// <summary>A segment is over: counts what was read and written for it.</summary>
    void Count(SegmentRun run);

    /// <summary>Something became of a segment.</summary>
    void Raise(CopyJobEvent happened);
}
