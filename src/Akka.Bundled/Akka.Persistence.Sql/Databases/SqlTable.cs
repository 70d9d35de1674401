using System.Collections.Immutable;

namespace Akka.Persistence.Sql.Databases;

/// <summary>A table of the published schema.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">The columns that are read and written.</param>
internal sealed record SqlTable(string Name, ImmutableArray<string> Columns)
{
    public static SqlTable Journal { get; } = new(
        "journal",
        ["ordering", "created", "deleted", "persistence_id", "sequence_number", "message", "manifest", "identifier",
            "writer_uuid"]);

    public static SqlTable Tags { get; } = new("tags", ["ordering_id", "tag", "sequence_nr", "persistence_id"]);

    public static SqlTable Snapshot { get; } = new(
        "snapshot", ["persistence_id", "sequence_number", "created", "snapshot", "manifest", "serializer_id"]);

    public static ImmutableArray<SqlTable> Of(SqlTables tables) =>
        tables is SqlTables.Journal ? [Journal, Tags] : [Snapshot];
}
