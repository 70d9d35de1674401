namespace Kcopyd.Core.Mirrors;

/// <summary>A region that is not at rest: written to, worked on, or in sync and not yet marked clean.</summary>
internal sealed class RegionEntry
{
    /// <summary>Writes that were admitted and have not ended.</summary>
    public int Pending { get; set; }

    /// <summary>Those writes.</summary>
    public List<RegionRequest>? Requests { get; set; }

    /// <summary>Changes with every write that is admitted: what was flushed before is told from what was not.</summary>
    public long Generation { get; set; }

    /// <summary>The commit of the log that has its mark; once durable, data may be written.</summary>
    public long MarkedBy { get; set; }

    /// <summary>What is done to it, or about to be; writes wait.</summary>
    public RegionWork? Work { get; set; }

    /// <summary>Requests that wait for the end of the work, first come first.</summary>
    public Queue<RegionRequest>? Delayed { get; set; }
}
