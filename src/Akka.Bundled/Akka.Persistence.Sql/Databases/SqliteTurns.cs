namespace Akka.Persistence.Sql.Databases;

/// <summary>Those who write one SQLite file from this process take turns, first come, first served.</summary>
/// <remarks>SQLite itself lets a waiting writer look now and then whether the lock is free: beside a journal that
/// commits one group after the other, a snapshot store would seldom find it so.</remarks>
internal sealed class SqliteTurns
{
    private static readonly Lock AllLock = new();
    private static readonly Dictionary<string, WeakReference<SqliteTurns>> All = new(StringComparer.Ordinal);

    // Monitor waits; System.Threading.Lock cannot.
    private readonly object _lock = new();
    private long _nextTicket;
    private long _served;

    private SqliteTurns()
    {
    }

    /// <summary>The turns at a file, for as long as somebody holds them.</summary>
    public static SqliteTurns At(string file)
    {
        lock (AllLock)
        {
            if (All.TryGetValue(file, out var known) && known.TryGetTarget(out var turns))
            {
                return turns;
            }

            foreach (var (gone, _) in All.Where(entry => !entry.Value.TryGetTarget(out _)).ToList())
            {
                All.Remove(gone);
            }

            turns = new SqliteTurns();
            All[file] = new WeakReference<SqliteTurns>(turns);
            return turns;
        }
    }

    /// <summary>Waits for a turn. Disposal ends it.</summary>
    public IDisposable Enter()
    {
        lock (_lock)
        {
            var ticket = _nextTicket++;
            while (ticket != _served)
            {
                Monitor.Wait(_lock);
            }

            return new Turn(this);
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _served++;
            Monitor.PulseAll(_lock);
        }
    }

    private sealed class Turn(SqliteTurns turns) : IDisposable
    {
        public void Dispose() => turns.Leave();
    }
}
