namespace Kcopyd.Core.Snapshots;

/// <summary>A request of an origin or a snapshot, as the machine sees it; who does it derives from it.</summary>
/// <remarks>Belongs to the machine from its submission until it is settled.</remarks>
public abstract class ChunkRequest
{
    /// <summary>A request.</summary>
    /// <param name="kind">What it does.</param>
    /// <param name="snapshot">The snapshot that was asked; null: the origin.</param>
    /// <param name="range">What it changes, not empty; unit: sectors. Ignored for reads and flushes. A large one,
    /// which only a
    /// discard or zeros can be, is better cut into several: its chunks are looked at one by one.</param>
    protected ChunkRequest(ChunkRequestKind kind, SnapshotState? snapshot, SectorRange range) =>
        (Kind, Snapshot, Range) = (kind, snapshot, range);

    /// <summary>What it does.</summary>
    public ChunkRequestKind Kind { get; }

    /// <summary>The snapshot that was asked; null: the origin.</summary>
    public SnapshotState? Snapshot { get; }

    /// <summary>What it changes.</summary>
    public SectorRange Range { get; }

    /// <summary>Where it stands.</summary>
    public ChunkRequestPhase Phase { get; internal set; }

    /// <summary>Where its parts go, from its issue on.</summary>
    public IReadOnlyList<ChunkPiece> Pieces { get; internal set; } = [];

    /// <summary>Why it is going to fail.</summary>
    internal ChunkRefusal Refusal { get; set; }

    /// <summary>What it waits for.</summary>
    internal int Waits { get; set; }

    /// <summary>Tells the waits of one evaluation from those of an earlier one.</summary>
    internal int Turn { get; set; }

    /// <summary>The snapshot where it waited for room among the exceptions under way, and its turn has come.</summary>
    internal SnapshotState? AdmittedTo { get; set; }

    /// <summary>Exceptions that lead to its own data, which it writes.</summary>
    public IReadOnlyList<ChunkException>? Owned { get; internal set; }
}
