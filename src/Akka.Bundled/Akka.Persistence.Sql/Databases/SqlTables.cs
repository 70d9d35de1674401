namespace Akka.Persistence.Sql.Databases;

/// <summary>Which tables a session works with.</summary>
internal enum SqlTables
{
    /// <summary>journal and tags.</summary>
    Journal,

    /// <summary>snapshot.</summary>
    Snapshot,
}
