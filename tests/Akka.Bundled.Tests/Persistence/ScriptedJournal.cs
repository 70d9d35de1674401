using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Journal;

namespace Akka.Bundled.Tests.Persistence;

/// <summary>A memory journal that can be told to hold answers, to reject and to fail.</summary>
public sealed class ScriptedJournal : MemoryJournal
{
    private JournalScript _script = new();

    public override async Task ReplayMessagesAsync(
        IActorContext context,
        string persistenceId,
        long fromSequenceNr,
        long toSequenceNr,
        long max,
        Action<IPersistentRepresentation> recoveryCallback)
    {
        _script.Replays++;
        if (_script.Stored.Count > 0)
        {
            foreach (var item in _script.Stored)
            {
                recoveryCallback(item);
            }

            return;
        }

        await _script.ReplayGate.ConfigureAwait(false);
        await base.ReplayMessagesAsync(context, persistenceId, fromSequenceNr, toSequenceNr, max, item =>
        {
            if (_script.FailReplay(item) is { } cause)
            {
                throw cause;
            }

            recoveryCallback(item);
        }).ConfigureAwait(false);
    }

    public override async Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr) =>
        _script.Stored.Count > 0
            ? _script.Stored.Max(item => item.SequenceNr)
            : await base.ReadHighestSequenceNrAsync(persistenceId, fromSequenceNr);

    protected override async Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        var writes = messages.ToList();
        _script.Writes.Enqueue([.. writes.Select(EventsOf)]);
        var rejections = writes.Select(_script.Reject).ToImmutableList();
        foreach (var write in writes)
        {
            await RequireNew(write);
        }

        await base.WriteMessagesAsync(writes.Where((_, index) => rejections[index] is null));
        await _script.WriteGate.ConfigureAwait(false);
        if (_script.HasSuperfluousResult)
        {
            return rejections.Add(null);
        }

        return writes.Select(_script.Fail).FirstOrDefault(cause => cause is not null) is { } failure
            ? throw failure
            : rejections.Any(cause => cause is not null) ? rejections : null;
    }

    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr) =>
        _script.FailDelete is { } cause
            ? Task.FromException(cause)
            : base.DeleteMessagesToAsync(persistenceId, toSequenceNr);

    protected override bool ReceivePluginInternal(object message)
    {
        if (message is not JournalScript script)
        {
            return false;
        }

        _script = script;
        return true;
    }

    /// <summary>As a unique index does.</summary>
    private async Task RequireNew(AtomicWrite write)
    {
        var highest = await ReadHighestSequenceNrAsync(write.PersistenceId, 0);
        if (write.LowestSequenceNr <= highest)
        {
            throw new InvalidOperationException($"Event {write.LowestSequenceNr} exists.");
        }
    }

    private static object[] EventsOf(AtomicWrite write) =>
        [.. ((IEnumerable<IPersistentRepresentation>)write.Payload).Select(item => item.Payload)];
}
