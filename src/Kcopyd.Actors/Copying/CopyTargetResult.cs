namespace Kcopyd.Actors.Copying;

/// <summary>What became of one target.</summary>
/// <param name="Uri">Its device, as opened.</param>
/// <param name="BytesWritten">Bytes written or zeroed on it by this run.</param>
/// <param name="BytesFlushed">How many of them are known to be durable; 0 unless the job flushed.</param>
/// <param name="State">Good, failed or dropped.</param>
public sealed record CopyTargetResult(string Uri, long BytesWritten, long BytesFlushed, CopyTargetState State)
{
    /// <summary>Bytes that earlier runs of a journaled job had made durable: this one did not write them
    /// again.</summary>
    public long BytesKept { get; init; }
}
