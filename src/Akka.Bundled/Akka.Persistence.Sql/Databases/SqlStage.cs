namespace Akka.Persistence.Sql.Databases;

/// <summary>What was going on when a database failed.</summary>
internal enum SqlStage
{
    /// <summary>Rows were read; nothing changed.</summary>
    Reading,

    /// <summary>Rows were written and the transaction was open: it is rolled back.</summary>
    Writing,

    /// <summary>The commit was under way: it may have happened.</summary>
    Committing,
}
