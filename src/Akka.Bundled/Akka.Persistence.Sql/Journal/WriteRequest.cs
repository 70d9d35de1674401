using Akka.Persistence.Sql.Databases;
using Akka.Persistence.Sql.Threads;

namespace Akka.Persistence.Sql.Journal;

/// <summary>What one actor persists at once: all of it is written, or nothing.</summary>
internal sealed class WriteRequest : SqlJob
{
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _batchSize;

    /// <summary>A request.</summary>
    /// <param name="rows">Events of one stream, in order; at least one.</param>
    /// <param name="batchSize">How many events of several requests share a transaction.</param>
    public WriteRequest(IReadOnlyList<JournalRow> rows, int batchSize)
    {
        Rows = rows;
        _batchSize = batchSize;
    }

    public IReadOnlyList<JournalRow> Rows { get; }

    public string PersistenceId => Rows[0].PersistenceId;

    /// <summary>Completes when the rows are durable; fails when they are not there, or nobody knows.</summary>
    public Task Answer => _answer.Task;

    /// <summary>Writes it, together with what waits behind it.</summary>
    public override void Run(SqlSession session, SqlQueue queue)
    {
        var group = new WriteGroup();
        group.Add(this);
        while (queue.TryTake<WriteRequest>(next => group.RowCount + next.Rows.Count <= _batchSize, out var further))
        {
            group.Add(further);
        }

        group.Write(session);
    }

    public void Confirm() => _answer.TrySetResult();

    public override void Refuse(Exception reason) => _answer.TrySetException(reason);
}
