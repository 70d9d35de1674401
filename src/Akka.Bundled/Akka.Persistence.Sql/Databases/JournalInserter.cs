using System.Data.Common;
using Akka.Persistence.Sql.Journal;

namespace Akka.Persistence.Sql.Databases;

/// <summary>Inserts events over one connection, with statements prepared once.</summary>
internal abstract class JournalInserter : IDisposable
{
    /// <summary>Inserts rows and their tags, in order. They are durable when the transaction is committed.</summary>
    public abstract void Insert(DbTransaction transaction, IReadOnlyList<JournalRow> rows);

    public abstract void Dispose();
}
