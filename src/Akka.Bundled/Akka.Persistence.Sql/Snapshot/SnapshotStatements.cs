namespace Akka.Persistence.Sql.Snapshot;

/// <summary>What the snapshot store says, in words that both databases know.</summary>
internal static class SnapshotStatements
{
    public const string Save = """
        INSERT INTO snapshot (persistence_id, sequence_number, created, snapshot, manifest, serializer_id)
        VALUES (@id, @number, @created, @snapshot, @manifest, @serializer)
        ON CONFLICT (persistence_id, sequence_number) DO UPDATE SET
            created = excluded.created, snapshot = excluded.snapshot,
            manifest = excluded.manifest, serializer_id = excluded.serializer_id
        """;

    public const string Newest = $"""
        SELECT sequence_number, created, snapshot, serializer_id, manifest FROM snapshot
        WHERE {Criteria} ORDER BY sequence_number DESC LIMIT 1
        """;

    public const string Delete = $"DELETE FROM snapshot WHERE {Criteria}";

    private const string Criteria = """
        persistence_id = @id AND sequence_number BETWEEN @minNumber AND @maxNumber
            AND created BETWEEN @minCreated AND @maxCreated
        """;
}
