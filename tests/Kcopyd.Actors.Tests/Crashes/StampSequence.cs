namespace Kcopyd.Actors.Tests.Crashes;

/// <summary>Numbers the writes to one or more devices, so that no two carry the same stamp.</summary>
internal sealed class StampSequence
{
    /// <summary>What devices hold to begin with may carry stamps from 1 on, below this.</summary>
    private const long Written = 1000;

    private long _last = Written;

    public long Next() => ++_last;
}
