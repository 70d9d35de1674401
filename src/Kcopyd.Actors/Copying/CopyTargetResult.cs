namespace Kcopyd.Actors.Copying;

/// <summary>What became of one target.</summary>
/// <param name="Uri">Its device, as opened.</param>
/// <param name="BytesWritten">Bytes written or zeroed on it.</param>
/// <param name="BytesFlushed">How many of them are known to be durable; 0 unless the job flushed.</param>
/// <param name="State">Good, failed or dropped.</param>
public sealed record CopyTargetResult(string Uri, long BytesWritten, long BytesFlushed, CopyTargetState State);
