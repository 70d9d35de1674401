namespace Kcopyd.Nbd.Client;

/// <summary>Whether something was written since the last flush that covers it. Any thread may call.</summary>
/// <remarks>A change counts when it begins and again when it ends: one that is under way while a flush is, is not
/// covered by it.</remarks>
internal sealed class UnflushedChanges
{
    private long _count;
    private long _flushed;

    /// <summary>What a flush covers that begins now.</summary>
    public long Now => Interlocked.Read(ref _count);

    /// <summary>Whether there are any.</summary>
    public bool AreThere => Interlocked.Read(ref _count) != Interlocked.Read(ref _flushed);

    /// <summary>A change is about to be sent.</summary>
    public void Begin() => Interlocked.Increment(ref _count);

    /// <summary>A change was acknowledged.</summary>
    public void End() => Interlocked.Increment(ref _count);

    /// <summary>A flush succeeded.</summary>
    /// <param name="count">What it covers.</param>
    public void Flushed(long count)
    {
        for (var known = Interlocked.Read(ref _flushed); known < count;)
        {
            var was = Interlocked.CompareExchange(ref _flushed, count, known);
            if (was == known)
            {
                return;
            }

            known = was;
        }
    }
}
