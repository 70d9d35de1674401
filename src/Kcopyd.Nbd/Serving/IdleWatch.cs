namespace Kcopyd.Nbd.Serving;

/// <summary>Ends a connection that is without a request under way for too long.</summary>
internal sealed class IdleWatch : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly ServedClient _client;
    private readonly Action _end;
    private readonly ITimer _timer;
    private long _waitsSince = Environment.TickCount64;

    /// <summary>Watches from now on.</summary>
    /// <param name="timeout">How long is too long.</param>
    /// <param name="client">The connection.</param>
    /// <param name="end">Ends it.</param>
    public IdleWatch(TimeSpan timeout, ServedClient client, Action end)
    {
        (_timeout, _client, _end) = (timeout, client, end);
        _timer = TimeProvider.System.CreateTimer(
            static watch => ((IdleWatch)watch!).Look(), this, timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether it was too long.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>A wait for a request begins, or goes on without one under way. Any thread.</summary>
    public void Begin() => Volatile.Write(ref _waitsSince, Environment.TickCount64);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var waited = TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _waitsSince));
        var isBusy = _client.Status.InFlight > 0;
        if (!isBusy && waited >= _timeout)
        {
            HasEnded = true;
            _end();
            return;
        }

        _timer.Change(isBusy ? _timeout : _timeout - waited, Timeout.InfiniteTimeSpan);
    }
}
