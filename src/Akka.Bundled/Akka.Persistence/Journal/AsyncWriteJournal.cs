using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence.Internal;

namespace Akka.Persistence.Journal;

/// <summary>A journal whose store is called asynchronously: answers the protocol, and leaves reading and writing to the
/// plug-in derived from it.</summary>
/// <remarks>
/// <para>
/// Each of the abstract methods is called in the actor and returns a task. Calls overlap, but a persistent actor has
/// one write under way at most, and a replay begins after the answer to the last write of its persistence id, so that
/// an actor that was restarted sees what its former instance wrote.
/// </para>
/// <para>
/// Calls go through a circuit breaker (<c>circuit-breaker</c> in the plug-in's section). What follows a call runs where
/// the call's task completed: at once, when it already is.
/// </para>
/// </remarks>
public abstract class AsyncWriteJournal : WriteJournalBase, IAsyncRecovery
{
    private readonly ConcurrentDictionary<string, Task> _writes = new(StringComparer.Ordinal);
    private readonly PluginBreaker _breaker;
    private readonly Config _config;
    private readonly ILoggingAdapter _log;

    /// <summary>A journal with the settings of the section that its actor is named for.</summary>
    protected AsyncWriteJournal()
    {
        Persistence.Instance.Apply(Context.System);
        _config = PluginSettings.Of(Context.System, Self.Path.Name, PluginSettings.JournalFallback);
        _breaker = new PluginBreaker(Context.System.Scheduler, _config);
        _log = Context.GetLogger();
    }

    /// <inheritdoc/>
    public abstract Task ReplayMessagesAsync(
        IActorContext context,
        string persistenceId,
        long fromSequenceNr,
        long toSequenceNr,
        long max,
        Action<IPersistentRepresentation> recoveryCallback);

    /// <inheritdoc/>
    public abstract Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr);

    /// <summary>Writes, each <see cref="AtomicWrite"/> all or not at all.</summary>
    /// <param name="messages">What to write, in order.</param>
    /// <returns>
    /// Null or empty when all is written; else for each of <paramref name="messages"/> null or why it is rejected,
    /// which is known not to be written and leaves its actor running. Failed when it is unknown what is written: then
    /// the actor stops.
    /// </returns>
    protected abstract Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages);

    /// <summary>Deletes events up to a number. Their numbers are not given again.</summary>
    /// <param name="persistenceId">Whose events.</param>
    /// <param name="toSequenceNr">The last one; <see cref="long.MaxValue"/> for all.</param>
    protected abstract Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr);

    /// <summary>Takes messages that are not of the protocol.</summary>
    /// <returns>Whether the message was taken.</returns>
    protected virtual bool ReceivePluginInternal(object message) => false;

    /// <inheritdoc/>
    protected sealed override bool Receive(object message) =>
        ReceiveWriteJournal(message) || ReceivePluginInternal(message);

    /// <summary>Takes messages of the protocol.</summary>
    /// <returns>Whether the message was taken.</returns>
    protected bool ReceiveWriteJournal(object message)
    {
        switch (message)
        {
            case WriteMessages request:
                Write(request);
                return true;
            case ReplayMessages request:
                _ = ReplayAsync(request);
                return true;
            case DeleteMessagesTo request:
                _ = DeleteAsync(request);
                return true;
            default:
                return false;
        }
    }

    private void Write(WriteMessages request)
    {
        var work = WriteAsync(request);
        var id = request.Messages.OfType<AtomicWrite>().FirstOrDefault()?.PersistenceId;
        if (!work.IsCompleted && id is not null)
        {
            _writes[id] = work;
            _ = ForgetAsync(id, work);
        }
    }

    private async Task ForgetAsync(string id, Task work)
    {
        await work.ConfigureAwait(false);
        _writes.TryRemove(KeyValuePair.Create(id, work));
    }

    private async Task WriteAsync(WriteMessages request)
    {
        var answers = new WriteAnswers(request);
        try
        {
            var batch = PreparePersistentBatch(request.Messages).ToImmutableArray();
            var rejections = batch.IsEmpty
                ? null
                : await _breaker.RunAsync(() => WriteMessagesAsync(batch)).ConfigureAwait(false);
            answers.Succeed(Checked(rejections, batch.Length));
        }
        catch (Exception cause)
        {
            answers.Fail(cause);
        }
    }

    private static IImmutableList<Exception?> Checked(IImmutableList<Exception?>? rejections, int writes) =>
        rejections is null or { Count: 0 }
            ? []
            : rejections.Count == writes
                ? rejections
                : throw new InvalidOperationException(
                    $"The journal gave {rejections.Count} results for {writes} atomic writes.");

    private async Task ReplayAsync(ReplayMessages request)
    {
        var context = Context;
        var self = Self;
        var actor = request.PersistentActor;
        if (_writes.TryGetValue(request.PersistenceId, out var write))
        {
            await write.ConfigureAwait(false);
            self.Tell(request, ActorRefs.NoSender);
            return;
        }

        try
        {
            var id = request.PersistenceId;
            var from = request.FromSequenceNr;
            var highest = await _breaker.RunAsync(() => ReadHighestSequenceNrAsync(id, Math.Max(0, from - 1)))
                .ConfigureAwait(false);
            var to = Math.Min(request.ToSequenceNr, highest);
            if (from <= to && request.Max > 0)
            {
                using var filter = new ReplayFilter(_config, _log, Replayed);
                await ReplayMessagesAsync(context, id, from, to, request.Max, filter.Add).ConfigureAwait(false);
            }

            actor.Tell(new RecoverySuccess(highest), ActorRefs.NoSender);
        }
        catch (Exception cause)
        {
            actor.Tell(new ReplayMessagesFailure(cause), ActorRefs.NoSender);
        }

        void Replayed(IPersistentRepresentation item)
        {
            if (!item.IsDeleted)
            {
                actor.Tell(new ReplayedMessage(item), ActorRefs.NoSender);
            }
        }
    }

    private async Task DeleteAsync(DeleteMessagesTo request)
    {
        var actor = request.PersistentActor;
        var to = request.ToSequenceNr;
        try
        {
            await _breaker.RunAsync(() => DeleteMessagesToAsync(request.PersistenceId, to)).ConfigureAwait(false);
            actor.Tell(new DeleteMessagesSuccess(to), ActorRefs.NoSender);
        }
        catch (Exception cause)
        {
            actor.Tell(new DeleteMessagesFailure(cause, to), ActorRefs.NoSender);
        }
    }
}
