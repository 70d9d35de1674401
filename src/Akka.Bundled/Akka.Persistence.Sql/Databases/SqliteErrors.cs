using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Akka.Persistence.Sql.Databases;

/// <summary>What SQLite's error codes mean.</summary>
internal static class SqliteErrors
{
    public static (SqlFailureKind Kind, string Reason) Classify(
        SqliteException cause, SqlStage stage, int waitSeconds) =>
        cause.SqliteErrorCode switch
        {
            SQLITE_CONSTRAINT when cause.SqliteExtendedErrorCode
                is SQLITE_CONSTRAINT_UNIQUE or SQLITE_CONSTRAINT_PRIMARYKEY =>
                (SqlFailureKind.Conflict, "another writer was first"),
            SQLITE_BUSY or SQLITE_LOCKED =>
                (SqlFailureKind.Locked, $"another process has it locked (waited {waitSeconds} s)"),
            SQLITE_FULL => (SqlFailureKind.Refused, "the disk is full"),
            SQLITE_TOOBIG => (SqlFailureKind.Refused, "a value is larger than SQLite takes"),
            SQLITE_READONLY => (SqlFailureKind.Unusable, "the file or its directory is read-only"),
            SQLITE_PERM or SQLITE_AUTH => (SqlFailureKind.Unusable, "access is not permitted"),
            SQLITE_CANTOPEN => (SqlFailureKind.Unusable,
                "the file cannot be opened; its directory must exist and both must be writable"),
            SQLITE_CORRUPT => (SqlFailureKind.Damaged,
                "the file is damaged (database disk image is malformed) and is left as it is"),
            SQLITE_NOTADB => (SqlFailureKind.Damaged, "the file is not a SQLite database and is left as it is"),

            // The commit may be in the log, and be found there when the file is opened next.
            SQLITE_IOERR => (stage is SqlStage.Committing ? SqlFailureKind.OutcomeUnknown : SqlFailureKind.Unusable,
                $"the disk failed (SQLite I/O error {cause.SqliteExtendedErrorCode})"),
            _ => (SqlFailureKind.Refused, $"SQLite error {cause.SqliteExtendedErrorCode}: {cause.Message}"),
        };
}
