namespace Akka.Persistence.Sql.Journal;

/// <summary>What of a stream is still to be read.</summary>
/// <param name="PersistenceId">The stream.</param>
/// <param name="From">The first number.</param>
/// <param name="To">The last number.</param>
/// <param name="Max">How many events at most.</param>
internal sealed record JournalReplay(string PersistenceId, long From, long To, long Max)
{
    public bool IsDone => Max <= 0 || From > To;

    /// <summary>What is left after an event.</summary>
    public JournalReplay After(long sequenceNumber) => this with { From = sequenceNumber + 1, Max = Max - 1 };
}
