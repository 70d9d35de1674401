namespace Kcopyd.Core.Mirrors;

/// <content>Which leg a crash believes.</content>
/// <remarks>
/// <para>After a crash the log tells where legs may differ, not which of them is right: the first leg of the table is
/// taken for right everywhere, so the default has to be. Therefore:</para>
/// <list type="bullet">
/// <item>only a leg that holds every region, and was flushed since it was last recovered, becomes the default;</item>
/// <item>a default that misses a write is left as soon as there is such a leg, also without <c>handle_errors</c>, where
/// the kernel never does;</item>
/// <item>while the default lacks anything no flush succeeds: what was written is in use, but not safe.</item>
/// </list>
/// </remarks>
public sealed partial class MirrorMachine
{
    private readonly long[] _gainedAt;
    private readonly long[] _flushedAt;
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
                whole = Contents.HoldsAll(leg) && _gainedAt[leg] <= _flushedAt[leg] ? whole.With(leg) : whole;
            }

            return whole;
        }
    }

    /// <summary>Leaves a default that lacks a region, if another leg lacks none.</summary>
    private void RepairDefault()
    {
        var whole = WholeLegs;
        if (!whole.Contains(Legs.Default) && Legs.MoveDefaultWithin(whole) is { } moved)
        {
            _effects.Add(new MirrorEffect.Tell(moved));
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

        RepairDefault();
    }
}
