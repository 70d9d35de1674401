using Akka.Persistence.Sql.Databases;

namespace Akka.Persistence.Sql.Threads;

/// <summary>A job with a result.</summary>
internal sealed class SqlQuery<T>(Func<SqlSession, T> query) : SqlJob
{
    // What waits for the answer must not run on the thread of the database.
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The result; fails as the query does.</summary>
    public Task<T> Answer => _answer.Task;

    public override void Run(SqlSession session, SqlQueue queue)
    {
        try
        {
            _answer.SetResult(query(session));
        }
        catch (Exception e)
        {
            _answer.SetException(e);
        }
    }

    public override void Refuse(Exception reason) => _answer.TrySetException(reason);
}
