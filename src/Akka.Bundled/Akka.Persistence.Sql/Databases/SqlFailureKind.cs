namespace Akka.Persistence.Sql.Databases;

/// <summary>What a database refused, as far as what follows from it differs.</summary>
internal enum SqlFailureKind
{
    /// <summary>The row is there already: another writer was first. Only that write failed.</summary>
    Conflict,

    /// <summary>The database refused this statement or these values. Another write may succeed.</summary>
    Refused,

    /// <summary>A row or a table is locked, but not the database: another write may succeed.</summary>
    PartLocked,

    /// <summary>The whole database is locked by another writer.</summary>
    Locked,

    /// <summary>The connection could not be made, or broke. A new one may work.</summary>
    Unreachable,

    /// <summary>The file is damaged, or no database. Nothing more is written to it.</summary>
    Damaged,

    /// <summary>No write can succeed until somebody changes something: read-only, unknown tables.</summary>
    Unusable,

    /// <summary>A serializer does not read what a row holds, or does not write what it is to hold.</summary>
    Unserializable,

    /// <summary>The answer to a commit did not arrive: the write may have happened.</summary>
    OutcomeUnknown,
}
