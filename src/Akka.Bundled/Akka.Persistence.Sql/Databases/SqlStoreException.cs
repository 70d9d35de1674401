using Akka.Persistence.Internal;

namespace Akka.Persistence.Sql.Databases;

/// <summary>A read or a write failed. The message is one sentence that names the database and the reason.</summary>
internal sealed class SqlStoreException : Exception, IFailureOfCall
{
    public SqlStoreException(SqlFailureKind kind, string message, Exception? cause = null)
        : base(message, cause)
    {
        Kind = kind;
    }

    public SqlFailureKind Kind { get; }

    /// <summary>Whether a write that shared the transaction may succeed without this one.</summary>
    public bool IsOfOneWrite =>
        Kind is SqlFailureKind.Conflict or SqlFailureKind.Refused or SqlFailureKind.PartLocked;

    /// <inheritdoc/>
    public bool IsOfCall => IsOfOneWrite || Kind is SqlFailureKind.Unserializable or SqlFailureKind.Damaged;
}
