using Akka.Persistence.Sql.Databases;

namespace Akka.Persistence.Sql.Threads;

/// <summary>A thread with a connection, which does what a queue holds.</summary>
/// <remarks>
/// <para>Decided: a thread of our own, and the drivers' blocking calls. Because: Microsoft.Data.Sqlite has no others,
/// its asynchronous methods block as well, and a commit takes as long as the disk; on the pool, a few of them would
/// hold up every actor. One way for both databases is also one to test. Instead of: tasks on a dispatcher.</para>
/// <para>It is a background thread: a process that ends without stopping its actor system loses nothing that was
/// confirmed.</para>
/// </remarks>
internal sealed class SqlThread
{
    private readonly SqlSession _session;
    private readonly SqlQueue _queue;
    private readonly Thread _thread;

    private SqlThread(string name, SqlSession session, SqlQueue queue)
    {
        _session = session;
        _queue = queue;
        _thread = new Thread(Work) { Name = name, IsBackground = true };
    }

    /// <summary>Starts a thread that owns <paramref name="session"/> and ends when the queue is closed.</summary>
    public static SqlThread Start(string name, SqlSession session, SqlQueue queue)
    {
        var thread = new SqlThread(name, session, queue);
        thread._thread.Start();
        return thread;
    }

    /// <summary>Waits until the connection is closed, after the queue was: whoever has ended the actor system may
    /// then move the file.</summary>
    /// <returns>False if the database holds it up longer than that.</returns>
    public bool Join(TimeSpan bound) => _thread.Join(bound);

    private void Work()
    {
        using (_session)
        {
            while (_queue.Take(out var job))
            {
                job.Run(_session, _queue);
            }
        }
    }
}
