namespace Akka.Persistence.Sql;

/// <summary>The databases there are.</summary>
internal enum SqlProvider
{
    /// <summary>A file, through Microsoft.Data.Sqlite.</summary>
    Sqlite,

    /// <summary>A server, through Npgsql.</summary>
    Postgres,
}
