using Akka.Persistence.Sql.Databases;

namespace Akka.Persistence.Sql.Journal;

/// <summary>What the journal asks and deletes, in words that both databases know.</summary>
internal static class JournalStatements
{
    /// <summary>Deleted rows count: a stream never uses a number twice.</summary>
    public const string Highest = "SELECT MAX(sequence_number) FROM journal WHERE persistence_id = @id";

    public const string Page = """
        SELECT sequence_number, message, identifier, manifest, writer_uuid, created FROM journal
        WHERE persistence_id = @id AND sequence_number BETWEEN @from AND @to AND deleted = FALSE
        ORDER BY sequence_number LIMIT @count
        """;

    private const string DeleteTags = "DELETE FROM tags WHERE persistence_id = @id AND sequence_nr <= @to";

    private const string DeleteRows = """
        DELETE FROM journal WHERE persistence_id = @id AND sequence_number <= @to
            AND sequence_number < (SELECT MAX(sequence_number) FROM journal WHERE persistence_id = @id)
        """;

    private const string MarkLast = """
        UPDATE journal SET deleted = TRUE, message = @nothing
        WHERE persistence_id = @id AND sequence_number <= @to AND deleted = FALSE
        """;

    /// <summary>Deletes a stream up to a number.</summary>
    /// <remarks>
    /// The highest number must outlive the event that had it, so the last row of a stream is not removed but marked,
    /// without its bytes, until a later deletion finds a later row. A stream with every event deleted keeps one row.
    /// </remarks>
    public static void Delete(SqlWriting writing, string persistenceId, long to)
    {
        writing.Run(DeleteTags, ("@id", persistenceId), ("@to", to));
        writing.Run(DeleteRows, ("@id", persistenceId), ("@to", to));
        writing.Run(MarkLast, ("@id", persistenceId), ("@to", to), ("@nothing", Array.Empty<byte>()));
    }
}
