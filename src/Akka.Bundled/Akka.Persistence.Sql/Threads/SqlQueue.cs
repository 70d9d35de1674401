using System.Diagnostics.CodeAnalysis;

namespace Akka.Persistence.Sql.Threads;

/// <summary>Jobs that wait for a thread: first in, first out, and never more than a bound. Any thread may call.
/// </summary>
internal sealed class SqlQueue(int capacity)
{
    private const string Stopped = "The store has stopped: nothing was written or read.";

    // Monitor waits; System.Threading.Lock cannot.
    private readonly object _lock = new();
    private readonly Queue<SqlJob> _jobs = new();
    private bool _isClosed;

    /// <summary>Goes on only while the store has not stopped.</summary>
    /// <exception cref="InvalidOperationException">It has.</exception>
    public void RequireOpen()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                throw new InvalidOperationException("The store has stopped in the middle of a stream.");
            }
        }
    }

    /// <summary>Adds a job, or answers it at once that there is no room or no store any more.</summary>
    public void Add(SqlJob job)
    {
        if (TryAdd(job) is { } reason)
        {
            job.Refuse(new InvalidOperationException(reason));
        }
    }

    /// <summary>Waits for a job. False: the queue is closed.</summary>
    public bool Take([MaybeNullWhen(false)] out SqlJob job)
    {
        lock (_lock)
        {
            while (_jobs.Count == 0 && !_isClosed)
            {
                Monitor.Wait(_lock);
            }

            return _jobs.TryDequeue(out job);
        }
    }

    /// <summary>Takes the next job if it is there and fits.</summary>
    public bool TryTake<T>(Func<T, bool> fits, [MaybeNullWhen(false)] out T job)
        where T : SqlJob
    {
        lock (_lock)
        {
            if (_jobs.TryPeek(out var next) && next is T wanted && fits(wanted))
            {
                _jobs.Dequeue();
                job = wanted;
                return true;
            }

            job = null;
            return false;
        }
    }

    /// <summary>Refuses what waits and what comes. A job that a thread has taken goes on.</summary>
    public void Close()
    {
        List<SqlJob> refused;
        lock (_lock)
        {
            _isClosed = true;
            refused = [.. _jobs];
            _jobs.Clear();
            Monitor.PulseAll(_lock);
        }

        var reason = new InvalidOperationException(Stopped);
        refused.ForEach(job => job.Refuse(reason));
    }

    private string? TryAdd(SqlJob job)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return Stopped;
            }

            if (_jobs.Count >= capacity)
            {
                return $"{capacity} requests wait for the database already (buffer-size): this one was not taken.";
            }

            _jobs.Enqueue(job);
            Monitor.Pulse(_lock);
            return null;
        }
    }
}
