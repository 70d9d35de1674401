using System.Data.Common;
using Akka.Persistence.Sql.Databases;

namespace Akka.Persistence.Sql.Snapshot;

/// <summary>Reads snapshots.</summary>
internal static class SnapshotReader
{
    /// <summary>The newest snapshot that matches, or null.</summary>
    public static SelectedSnapshot? Load(
        DbConnection connection, PayloadCodec codec, string persistenceId, SnapshotSelectionCriteria criteria)
    {
        using var command = connection.CreateCommand();
        command.CommandText = SnapshotStatements.Newest;
        foreach (var (name, value) in Parameters(persistenceId, criteria))
        {
            command.Add(name, value);
        }

        using var reader = command.ExecuteReader();
        return reader.Read() ? Decode(reader, codec, persistenceId) : null;
    }

    /// <summary>The values of the criteria.</summary>
    public static (string Name, object Value)[] Parameters(
        string persistenceId, SnapshotSelectionCriteria criteria) =>
    [
        ("@id", persistenceId),
        ("@minNumber", criteria.MinSequenceNr),
        ("@maxNumber", criteria.MaxSequenceNr),
        ("@minCreated", criteria.MinTimestamp?.Ticks ?? 0),
        ("@maxCreated", criteria.MaxTimeStamp.Ticks),
    ];

    private static SelectedSnapshot Decode(DbDataReader row, PayloadCodec codec, string persistenceId)
    {
        var number = row.GetInt64(0);
        try
        {
            var stored = new StoredPayload(
                row.IsDBNull(2) ? [] : row.GetFieldValue<byte[]>(2),
                row.IsDBNull(3) ? null : row.GetInt32(3),
                row.IsDBNull(4) ? "" : row.GetString(4));
            var created = new DateTime(row.GetInt64(1), DateTimeKind.Utc);
            return new SelectedSnapshot(new SnapshotMetadata(persistenceId, number, created), codec.Decode(stored));
        }
        catch (Exception e) when (e is not DbException)
        {
            throw new SqlStoreException(
                SqlFailureKind.Unserializable,
                $"The snapshot of persistence id '{persistenceId}' with sequence number {number} in table 'snapshot' "
                + $"cannot be deserialized: {e.Message}",
                e);
        }
    }
}
