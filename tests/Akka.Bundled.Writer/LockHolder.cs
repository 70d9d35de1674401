using Microsoft.Data.Sqlite;

namespace Akka.Bundled.Writer;

/// <summary>Holds the write lock of a SQLite file until standard input ends.</summary>
internal static class LockHolder
{
    /// <summary>Runs it; says "locked" on standard output when it has the lock.</summary>
    public static int Run(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var transaction = connection.BeginTransaction(deferred: false);
        Console.Out.WriteLine("locked");
        Console.In.ReadToEnd();
        transaction.Rollback();
        return 0;
    }
}
