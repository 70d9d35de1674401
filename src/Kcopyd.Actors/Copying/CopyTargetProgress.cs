using Kcopyd.Core;

namespace Kcopyd.Actors.Copying;

/// <summary>Where one target of a job is.</summary>
/// <param name="Uri">Its device, as opened.</param>
/// <param name="Written">Bytes written or zeroed on it.</param>
/// <param name="Flushed">How many of them are known to be durable.</param>
/// <param name="State">Good, failed or dropped.</param>
public sealed record CopyTargetProgress(string Uri, ByteCount Written, ByteCount Flushed, CopyTargetState State);
