namespace Kcopyd.Core.Mirrors;

/// <content>Which leg a crash believes.</content>
/// <remarks>
/// <para>After a crash the log tells where legs may differ, not which of them is right: the first leg of the table is
/// taken for right everywhere, so the default has to be. Therefore:</para>
/// <list type="bullet">
/// <item>the default holds every region, always;</item>
/// <item>only a leg that holds every region, was flushed since it was last recovered or repaired, and is known to the
/// log since it was last replaced, becomes the default; nothing is copied onto the default;</item>
/// <item>a default that misses a write is left for such a leg, also without <c>handle_errors</c>, where the kernel
/// never does; where there is none it stays, what it has is believed, and the write is not done;</item>
/// <item>nothing is done that the default did not take, and nothing flushed that it did not flush.</item>
/// </list>
/// </remarks>
public sealed partial class MirrorMachine
{
    private readonly long[] _gainedAt;
    private readonly long[] _flushedAt;
    private readonly long[] _replacedBy;
    private readonly int[] _repairs;
    private readonly long[] _flushFailedAt;
    private long _losses;
    private long _reportedLosses;

    /// <summary>The legs that a crash could believe.</summary>
    private LegMask WholeLegs
    {
        get
        {
            var whole = LegMask.None;
            for (var leg = 0; leg < _legCount; leg++)
            {
                var isSettled = _gainedAt[leg] <= _flushedAt[leg] && _repairs[leg] == 0 && _marks.Has(_replacedBy[leg]);
                whole = isSettled && Contents.HoldsAll(leg) ? whole.With(leg) : whole;
            }

            return whole;
        }
    }

    /// <summary>Legs are about to lose something: if the default is one of them, another takes its place, if one
    /// can.</summary>
    /// <returns>Whether the default is none of them now.</returns>
    private bool TryKeepDefaultFrom(LegMask losing)
    {
        if (losing.Contains(Legs.Default) && Legs.MoveDefaultWithin(WholeLegs.Except(losing)) is { } moved)
        {
            _effects.Add(new MirrorEffect.Tell(moved));
        }

        return !losing.Contains(Legs.Default);
    }

    /// <summary>Legs missed what others took in these regions.</summary>
    private void Lose(RegionRun regions, LegMask legs)
    {
        if (legs.IsEmpty)
        {
            return;
        }

        var isSpared = TryKeepDefaultFrom(legs);
        for (var region = regions.First; region <= regions.Last; region++)
        {
            LoseAt(region, legs, isSpared);
        }

        _isKnownInSync = _isKnownInSync && Contents.IsInSync;
    }

    private void LoseAt(long region, LegMask legs, bool isDefaultSpared)
    {
        if (isDefaultSpared)
        {
            Contents.Lose(region, legs);
        }
        else
        {
            // What the default has there is believed, so the others are the ones that differ.
            Contents.LeaveTo(region, Legs.Default);
        }
    }

    private void NoteGained(LegMask legs)
    {
        foreach (var leg in legs.Legs())
        {
            _gainedAt[leg] = ++_generation;
        }
    }

    /// <summary>What legs had recovered up to a generation is durable.</summary>
    private void NoteFlushed(LegMask legs, long generation)
    {
        foreach (var leg in legs.Legs())
        {
            _flushedAt[leg] = Math.Max(_flushedAt[leg], generation);
        }
    }
}
