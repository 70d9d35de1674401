namespace Kcopyd.Core.Snapshots;

/// <summary>What a request of an origin or a snapshot does.</summary>
public enum ChunkRequestKind
{
    /// <summary>Waits until the device is not suspended; whoever reads passes by the machine otherwise.</summary>
    Read,

    /// <summary>Writes data or zeros.</summary>
    Write,

    /// <summary>Gives up what a range holds.</summary>
    Discard,

    /// <summary>Makes durable what was written.</summary>
    Flush,

    /// <summary>The machine's own: a run of chunks goes back to the origin.</summary>
    Merge,
}
