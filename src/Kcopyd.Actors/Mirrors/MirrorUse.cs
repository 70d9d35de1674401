namespace Kcopyd.Actors.Mirrors;

/// <summary>Whether anyone read or wrote since it was last asked. Safe for concurrent calls.</summary>
internal sealed class MirrorUse
{
    private bool _isUsed;

    public void Note()
    {
        // Asked first: a line of the cache that is only read does not move between the processors.
        if (!Volatile.Read(ref _isUsed))
        {
            Volatile.Write(ref _isUsed, true);
        }
    }

    public bool Take() => Interlocked.Exchange(ref _isUsed, false);
}
