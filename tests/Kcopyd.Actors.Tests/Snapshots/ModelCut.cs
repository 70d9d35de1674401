namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>What a new snapshot shows of the sectors of one writer: the origin after some of the changes that were
/// under way when it began, all of them before some moment and none after.</summary>
internal sealed class ModelCut
{
    private readonly Dictionary<int, long> _shown = [];
    private readonly List<(int First, int Count, long Version)> _changes;

    /// <summary>The sectors as they were before the changes.</summary>
    public ModelCut(
        IEnumerable<int> sectors, ModelDevice before, List<(int First, int Count, long Version)> changes)
    {
        _changes = changes;
        foreach (var sector in sectors)
        {
            _shown[sector] = before.Answered(sector);
        }
    }

    /// <summary>Finds the moment, and says what the sectors are of.</summary>
    /// <param name="read">What was read of them; null: zeros.</param>
    /// <exception cref="InvalidDataException">There is no such moment.</exception>
    public IReadOnlyDictionary<int, long> Find(Func<int, long?> read)
    {
        var wrong = _shown.Keys.Where(sector => !IsShown(sector)).ToHashSet();
        foreach (var (first, count, version) in _changes)
        {
            if (wrong.Count == 0)
            {
                break;
            }

            for (var sector = first; sector < first + count; sector++)
            {
                _shown[sector] = version;
                if (IsShown(sector))
                {
                    wrong.Remove(sector);
                }
                else
                {
                    wrong.Add(sector);
                }
            }
        }

        return wrong.Count == 0
            ? _shown
            : throw new InvalidDataException(
                $"a new snapshot shows sector {wrong.First()} as of {read(wrong.First())}, which was at no one moment");

        bool IsShown(int sector) => read(sector) is { } version
            ? version == _shown[sector]
            : ModelVersion.IsZeros(_shown[sector]);
    }
}
