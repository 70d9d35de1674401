namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>The events and snapshots of one persistence id. Not safe for concurrent calls.</summary>
internal sealed class StoredStream(string persistenceId)
{
    private readonly SortedList<long, StoredPayload> _events = [];
    private readonly SortedList<long, StoredPayload> _snapshots = [];
    private long _appended;
    private long _highest;

    public long HighestSequenceNr => _highest;

    public IEnumerable<StoredPayload> Snapshots => _snapshots.Values;

    /// <summary>Stores all events or none.</summary>
    /// <exception cref="JournalConflictException">A sequence number is taken.</exception>
    public void Append(IReadOnlyCollection<StoredPayload> events)
    {
        if (events.FirstOrDefault(added => _events.ContainsKey(added.SequenceNr)) is { } taken)
        {
            throw new JournalConflictException(
                $"UNIQUE constraint failed: an event {taken.SequenceNr} of {persistenceId} is stored already");
        }

        foreach (var added in events)
        {
            _events.Add(added.SequenceNr, added);
            _appended++;
            _highest = Math.Max(_highest, added.SequenceNr);
        }
    }

    public IEnumerable<StoredPayload> Events(long from, long to) =>
        _events.Values.Where(stored => stored.SequenceNr >= from && stored.SequenceNr <= to);

    public void DeleteEvents(long to) => Remove(_events, stored => stored.SequenceNr <= to);

    /// <summary>Stores a snapshot in place of the one of the same sequence number.</summary>
    public void Save(StoredPayload snapshot) => _snapshots[snapshot.SequenceNr] = snapshot;

    public void DeleteSnapshots(Predicate<StoredPayload> which) => Remove(_snapshots, which);

    /// <summary>Cuts the last byte off an event.</summary>
    public void Corrupt(long sequenceNr)
    {
        var stored = _events[sequenceNr];
        _events[sequenceNr] = stored with { Bytes = stored.Bytes[..^1] };
    }

    public JournalStream Describe() => new(
        persistenceId,
        _events.Count,
        _events.Values.Sum(stored => (long)stored.Bytes.Length),
        _appended,
        _highest,
        _snapshots.Count,
        _snapshots.Values.Sum(stored => (long)stored.Bytes.Length));

    private static void Remove(SortedList<long, StoredPayload> list, Predicate<StoredPayload> which)
    {
        for (var index = list.Count - 1; index >= 0; index--)
        {
            if (which(list.Values[index]))
            {
                list.RemoveAt(index);
            }
        }
    }
}
