namespace Kcopyd.Core.Mirrors;

/// <content>Marking regions clean, late and together.</content>
public sealed partial class MirrorMachine
{
    private List<(long Region, long Generation)> _cleaning = [];
    private int _cleaningVersion;
    private long _cleaningGeneration;
    private bool _isCleaningAsked;
    private bool _isCleaningBlocked;

    /// <summary>Regions that wait to be marked clean, or are written to.</summary>
    public long DirtyCount => _entries.Count;

    /// <summary>It is time to mark regions clean.</summary>
    public void CleanDue()
    {
        var isBarred = FlushHasFailed || _marks.HasFailed || _unsavedReplacements > 0;
        if (isBarred || Phase == MirrorPhase.Suspended || _cleaning.Count > 0)
        {
            return;
        }

        foreach (var (region, entry) in _entries)
        {
            if (!CanBeClean(region, entry))
            {
                continue;
            }

            if (_marks.Has(Math.Max(_floor, entry.MarkedBy)))
            {
                _cleaning.Add((region, entry.Generation));
            }
            else
            {
                _isCleaningBlocked = true;
            }
        }

        if (_cleaning.Count > 0)
        {
            (_cleaningVersion, _cleaningGeneration) = (_legVersion, ++_generation);
            _effects.Add(new MirrorEffect.FlushLegs());
        }
    }

    /// <summary>The legs were flushed.</summary>
    /// <param name="failed">Those that could not.</param>
    public void LegsFlushed(LegMask failed)
    {
        var candidates = _cleaning;
        _cleaning = [];
        var stale = StaleLegs(_cleaningVersion);
        FailFlush(failed.Except(stale));
        NoteFlushed(LegMask.All(_legCount).Except(failed).Except(stale), _cleaningGeneration);
        foreach (var (region, generation) in failed.IsEmpty && !_marks.HasFailed ? candidates : [])
        {
            if (_entries.TryGetValue(region, out var entry)
                && entry.Generation == generation
                && CanBeClean(region, entry)
                && _marks.Has(Math.Max(_floor, entry.MarkedBy)))
            {
                _logged.Set(region);
                _marks.Clean(region);
            }
        }

        BeginCommit();
        if (_entries.Any(pair => CanBeClean(pair.Key, pair.Value)) && !FlushHasFailed)
        {
            AskForCleaning();
        }

        TryFinishSuspending();
    }

    private void AskForCleaning()
    {
        if (!_isCleaningAsked)
        {
            _isCleaningAsked = true;
            _effects.Add(new MirrorEffect.CleanLater());
        }
    }

    private bool CanBeClean(long region, RegionEntry entry) =>
        entry is { Pending: 0, Work: null }
        && Contents.InSync[region]
        && !_logged[region];
}
