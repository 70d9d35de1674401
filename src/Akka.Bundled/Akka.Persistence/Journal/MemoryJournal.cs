using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence.Journal;

/// <summary>A journal that keeps events as long as its actor system lives. For tests.</summary>
/// <remarks>Completes every call at once. A crash of it loses everything.</remarks>
public class MemoryJournal : AsyncWriteJournal
{
    private readonly Dictionary<string, MemoryStream> _streams = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override Task ReplayMessagesAsync(
        IActorContext context,
        string persistenceId,
        long fromSequenceNr,
        long toSequenceNr,
        long max,
        Action<IPersistentRepresentation> recoveryCallback)
    {
        foreach (var item in StreamOf(persistenceId).Read(fromSequenceNr, toSequenceNr, max))
        {
            recoveryCallback(item);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr) =>
        Task.FromResult(StreamOf(persistenceId).Highest);

    /// <inheritdoc/>
    protected override Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        foreach (var write in messages)
        {
            StreamOf(write.PersistenceId).Append(EventsOf(write));
        }

        return Task.FromResult<IImmutableList<Exception?>?>(null);
    }

    /// <inheritdoc/>
    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr)
    {
        StreamOf(persistenceId).DeleteTo(toSequenceNr);
        return Task.CompletedTask;
    }

    private MemoryStream StreamOf(string persistenceId)
    {
        if (!_streams.TryGetValue(persistenceId, out var stream))
        {
            stream = new MemoryStream();
            _streams.Add(persistenceId, stream);
        }

        return stream;
    }

    /// <summary>The events of one persistence id.</summary>
    private sealed class MemoryStream
    {
        private readonly List<IPersistentRepresentation> _events = [];

        public long Highest { get; private set; }

        public void Append(IImmutableList<IPersistentRepresentation> events)
        {
            if (events[0].SequenceNr <= Highest)
            {
                throw new InvalidOperationException(
                    $"{events[0].PersistenceId} already had an event {events[0].SequenceNr}.");
            }

            _events.AddRange(events);
            Highest = events[^1].SequenceNr;
        }

        public ImmutableArray<IPersistentRepresentation> Read(long from, long to, long max) =>
        [
            .. _events
                .SkipWhile(item => item.SequenceNr < from)
                .TakeWhile((item, index) => item.SequenceNr <= to && index < max),
        ];

        public void DeleteTo(long sequenceNr)
        {
            var kept = _events.FindIndex(item => item.SequenceNr > sequenceNr);
            _events.RemoveRange(0, kept < 0 ? _events.Count : kept);
        }
    }
}
