using Kcopyd.Core;

namespace Kcopyd.Actors.Copying;

/// <summary>Where one target of a job is. What earlier runs of a journaled job left counts too.</summary>
/// <param name="Uri">Its device, as opened.</param>
/// <param name="Written">Bytes written or zeroed on it.</param>
/// <param name="Flushed">How many of them are known to be durable.</param>
/// <param name="State">Good, failed or dropped.</param>
public sealed record CopyTargetProgress(string Uri, ByteCount Written, ByteCount Flushed, CopyTargetState State)
{
    /// <summary>How many of the flushed ones the job's journal knows of: a resume does not copy them again. 0 for a job
    /// without a journal.</summary>
    public ByteCount Journaled { get; init; }

    /// <summary>How many of these earlier runs had made durable.</summary>
    public ByteCount Kept { get; init; }
}
