using System.Data.Common;
using Akka.Persistence.Sql.Journal;

namespace Akka.Persistence.Sql.Databases;

/// <summary>An open transaction that writes.</summary>
internal readonly struct SqlWriting(DbTransaction transaction, JournalInserter inserter)
{
    /// <summary>Inserts events, in order.</summary>
    public void Insert(IReadOnlyList<JournalRow> rows) => inserter.Insert(transaction, rows);

    /// <summary>Runs a statement.</summary>
    public void Run(string statement, params ReadOnlySpan<(string Name, object Value)> values) =>
        transaction.Run(statement, values);
}
