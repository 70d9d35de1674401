using System.Collections.Immutable;

namespace Akka.Persistence.Sql.Journal;

/// <summary>A row of the journal, ready to write.</summary>
/// <param name="PersistenceId">The stream.</param>
/// <param name="SequenceNumber">The place in the stream, from 1.</param>
/// <param name="CreatedTicks">When it was written: .NET ticks, UTC.</param>
/// <param name="Payload">The event.</param>
/// <param name="Tags">One row each in the table of tags.</param>
internal sealed record JournalRow(
    string PersistenceId, long SequenceNumber, long CreatedTicks, StoredPayload Payload, ImmutableArray<string> Tags)
{
    /// <summary>Which journal instance wrote it: 32 hexadecimal digits.</summary>
    public required string WriterUuid { get; init; }
}
