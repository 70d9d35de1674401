using Akka.Actor;

namespace Akka.Persistence.Journal;

/// <summary>What a journal offers to recoveries.</summary>
public interface IAsyncRecovery
{
    /// <summary>Hands events to a callback in the order of their numbers.</summary>
    /// <param name="context">The journal's context.</param>
    /// <param name="persistenceId">Whose events.</param>
    /// <param name="fromSequenceNr">The first event.</param>
    /// <param name="toSequenceNr">The last event.</param>
    /// <param name="max">The most events.</param>
    /// <param name="recoveryCallback">Takes each event; any thread may call it, one at a time.</param>
    /// <returns>Complete when all events were handed over; failed when they could not be.</returns>
    Task ReplayMessagesAsync(
        IActorContext context,
        string persistenceId,
        long fromSequenceNr,
        long toSequenceNr,
        long max,
        Action<IPersistentRepresentation> recoveryCallback);

    /// <summary>The highest number that was ever given to an event, also when it is deleted; 0 for none.</summary>
    /// <param name="persistenceId">Whose events.</param>
    /// <param name="fromSequenceNr">A number that the highest is known not to be below.</param>
    Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr);
}
