namespace Kcopyd.Actors.Copying;

/// <summary>A job was not taken because the queue is full; it may be submitted again when others are done.</summary>
/// <param name="queueLimit">How many jobs the client takes.</param>
public sealed class CopyBusyException(int queueLimit)
    : Exception($"The client has {queueLimit} jobs, which is its limit.")
{
    /// <summary>How many jobs the client takes.</summary>
    public int QueueLimit { get; } = queueLimit;
}
