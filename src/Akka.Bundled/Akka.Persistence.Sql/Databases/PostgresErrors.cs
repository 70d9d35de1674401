using System.Data.Common;
using Npgsql;

namespace Akka.Persistence.Sql.Databases;

/// <summary>What PostgreSQL's error codes mean.</summary>
internal static class PostgresErrors
{
    public static (SqlFailureKind Kind, string Reason) Classify(DbException cause, SqlStage stage)
    {
        if (cause is PostgresException answer && !EndsConnection(answer))
        {
            return Classify(answer);
        }

        var reason = cause.InnerException is TimeoutException
            ? "the server did not answer in time"
            : $"the connection failed ({(cause.InnerException ?? cause).Message.TrimEnd('.')})";
        return stage is SqlStage.Committing
            ? (SqlFailureKind.OutcomeUnknown, reason)
            : (SqlFailureKind.Unreachable, reason);
    }

    private static (SqlFailureKind Kind, string Reason) Classify(PostgresException answer) => answer.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation => (SqlFailureKind.Conflict, "another writer was first"),
        PostgresErrorCodes.LockNotAvailable =>
            (SqlFailureKind.PartLocked,
                $"another client has it locked (waited {SqlDatabase.DefaultWait.TotalSeconds} s)"),
        PostgresErrorCodes.DiskFull => (SqlFailureKind.Refused, "the server's disk is full"),
        PostgresErrorCodes.ReadOnlySqlTransaction => (SqlFailureKind.Unusable, "it is read-only"),
        PostgresErrorCodes.InsufficientPrivilege =>
            (SqlFailureKind.Unusable, $"access is not permitted ({answer.MessageText})"),
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted =>
            (SqlFailureKind.Damaged, $"it is damaged ({answer.MessageText}) and is left as it is"),
        PostgresErrorCodes.IoError => (SqlFailureKind.Unusable, $"the server's disk failed ({answer.MessageText})"),
        PostgresErrorCodes.InvalidCatalogName =>
            (SqlFailureKind.Unusable, $"there is no such database ({answer.MessageText})"),
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            (SqlFailureKind.Unusable, $"the server refused the user ({answer.MessageText})"),
        _ => (SqlFailureKind.Refused, $"{answer.MessageText} (SQLSTATE {answer.SqlState})"),
    };

    /// <summary>The server says that it goes away, or takes nobody at present.</summary>
    private static bool EndsConnection(PostgresException answer) =>
        answer.SqlState.StartsWith("57P0", StringComparison.Ordinal)
        || answer.SqlState.StartsWith("08", StringComparison.Ordinal)
        || answer.SqlState is PostgresErrorCodes.TooManyConnections;
}
