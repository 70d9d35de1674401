using Akka.Persistence.Sql.Databases;

namespace Akka.Persistence.Sql.Threads;

/// <summary>Something that a thread with a connection does, and that is answered exactly once.</summary>
internal abstract class SqlJob
{
    /// <summary>Does it and answers. Throws nothing.</summary>
    /// <param name="session">The thread's connection.</param>
    /// <param name="queue">What else waits, for jobs that go together.</param>
    public abstract void Run(SqlSession session, SqlQueue queue);

    /// <summary>Answers that it is not done.</summary>
    public abstract void Refuse(Exception reason);
}
