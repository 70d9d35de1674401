namespace Kcopyd.Core.Mirrors;

/// <summary>The errors of each leg, and which leg is the default. Pure; changed by one thread.</summary>
/// <remarks><see cref="Default"/> and <see cref="Failed"/> may be read by any thread: what it sees was true a moment
/// ago.</remarks>
public sealed class LegStanding
{
    private readonly LegErrors[] _errors;
    private readonly MirrorPolicy _policy;
    private volatile int _default;
    private volatile uint _failed;

    /// <summary>Legs without errors; the first is the default.</summary>
    public LegStanding(int count, MirrorPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, MirrorPolicy.MinLegs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MirrorPolicy.MaxLegs);
        _errors = new LegErrors[count];
        _policy = policy;
    }

    /// <summary>How many legs there are.</summary>
    public int Count => _errors.Length;

    /// <summary>The leg that reads prefer where legs may differ, and recoveries copy from.</summary>
    public int Default => _default;

    /// <summary>The legs with an error of any kind.</summary>
    public LegMask Failed => new(_failed);

    /// <summary>The legs without an error.</summary>
    public LegMask Healthy => LegMask.All(Count).Except(Failed);

    /// <summary>The errors of one leg.</summary>
    public LegErrors this[int leg] => _errors[leg];

    /// <summary>Notes an error, and what follows from the first of its kind.</summary>
    /// <param name="leg">The leg.</param>
    /// <param name="error">One kind.</param>
    /// <param name="isInSync">Whether all legs hold the same everywhere.</param>
    /// <param name="successors">The legs that may become the default, if they have no error.</param>
    /// <returns>What to tell, in order.</returns>
    public IReadOnlyList<MirrorNotice> Note(int leg, LegErrors error, bool isInSync, LegMask successors)
    {
        var isFirst = (_errors[leg] & error) == 0;
        _errors[leg] |= error;
        _failed |= 1U << leg;
        if (!isFirst || !_policy.HandleErrors)
        {
            return [];
        }

        var failed = new MirrorNotice.LegFailed(leg, error);
        if (leg != Default)
        {
            return [failed];
        }

        if ((isInSync || _policy.KeepLog) && MoveDefaultTo(Healthy.And(successors).Lowest) is { } moved)
        {
            return [moved, failed];
        }

        return Healthy.IsEmpty
            ? [new MirrorNotice.AllLegsFailed(), failed]
            : [new MirrorNotice.DefaultFailedOutOfSync(leg), failed];
    }

    /// <summary>Forgets errors of all legs but those of flushes, which only <see cref="Forget(int)"/> does: what such
    /// a leg lost nobody knows.</summary>
    public void ForgetAtFullSync()
    {
        for (var leg = 0; leg < Count; leg++)
        {
            Keep(leg, LegErrors.Flush);
        }
    }

    /// <summary>Forgets every error of one leg.</summary>
    public void Forget(int leg) => Keep(leg, LegErrors.None);

    /// <summary>Forgets one kind of error of one leg.</summary>
    public void Forget(int leg, LegErrors error) => Keep(leg, ~error);

    /// <summary>Makes one of some legs the default: the lowest without an error, else the lowest.</summary>
    /// <returns>What to tell; null where there is none, or it is the default already.</returns>
    public MirrorNotice? MoveDefaultWithin(LegMask legs)
    {
        var healthy = Healthy.And(legs);
        return MoveDefaultTo(healthy.IsEmpty ? legs.Lowest : healthy.Lowest);
    }

    private MirrorNotice.DefaultChanged? MoveDefaultTo(int to)
    {
        var from = Default;
        if (to < 0 || to == from)
        {
            return null;
        }

        _default = to;
        return new MirrorNotice.DefaultChanged(from, to);
    }

    private void Keep(int leg, LegErrors kept)
    {
        _errors[leg] &= kept;
        _failed = _errors[leg] == LegErrors.None ? _failed & ~(1U << leg) : _failed;
    }
}
