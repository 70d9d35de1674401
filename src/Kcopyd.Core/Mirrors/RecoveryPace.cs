namespace Kcopyd.Core.Mirrors;

/// <summary>How many recoveries may be under way, so that whoever uses the mirror hardly notices. Pure.</summary>
/// <remarks>
/// While the mirror is used one recovery at a time is done, and a rest follows it; while nobody uses it, as many as
/// configured. When regions get out of sync faster than they are recovered there is no stepping back: it would never
/// end.
/// </remarks>
/// <param name="most">Recoveries at a time without use; at least 1.</param>
/// <param name="yields">Whether to step back at all.</param>
public sealed class RecoveryPace(int most, bool yields)
{
    /// <summary>How often to ask whether the mirror is used: long against a request, short against a person.</summary>
    public static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest rest, so that a slow leg does not stop the recovery.</summary>
    public static readonly TimeSpan MaxRest = TimeSpan.FromSeconds(1);

    /// <summary>Rest against recovery while the mirror is used: three parts in four are left to others.</summary>
    private const int RestRatio = 3;

    /// <summary>Samples for which losing ground counts: one sample says little.</summary>
    private const int MaxLosing = 10;

    /// <summary>Samples in a row that see more regions out of sync: a leg that failed or was replaced is one jump, and
    /// no reason to leave a limit; writes that outrun the recovery go on.</summary>
    private const int MinGrowing = 3;

    private bool _isUsed;
    private bool _isResting;
    private int _growing;
    private int _losing;
    private long _outOfSync;

    /// <summary>Whether regions get out of sync faster than they are recovered.</summary>
    public bool IsLosing => _losing > 0;

    /// <summary>How many recoveries may be under way now.</summary>
    public int Permits => !StepsBack ? most : _isResting ? 0 : 1;

    private bool StepsBack => yields && _isUsed && !IsLosing;

    /// <summary>What was seen since the last sample.</summary>
    /// <param name="wasUsed">Whether anyone read or wrote.</param>
    /// <param name="outOfSync">Regions that are out of sync now.</param>
    public void Sample(bool wasUsed, long outOfSync)
    {
        _isUsed = wasUsed;
        _growing = outOfSync > _outOfSync ? _growing + 1 : 0;
        _losing = _growing >= MinGrowing ? MaxLosing : Math.Max(0, _losing - 1);
        _outOfSync = outOfSync;
    }

    /// <summary>A recovery ended.</summary>
    /// <param name="duration">How long it took.</param>
    /// <returns>After what time to call <see cref="Rested"/>; zero: not at all.</returns>
    public TimeSpan RecoveryEnded(TimeSpan duration)
    {
        if (!StepsBack || _isResting)
        {
            return TimeSpan.Zero;
        }

        var rest = duration * RestRatio;
        _isResting = rest > TimeSpan.Zero;
        return rest < MaxRest ? rest : MaxRest;
    }

    /// <summary>The rest is over.</summary>
    public void Rested() => _isResting = false;
}
