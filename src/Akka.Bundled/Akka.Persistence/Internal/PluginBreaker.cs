using Akka.Actor;
using Akka.Configuration;
using Akka.Pattern;

namespace Akka.Persistence.Internal;

/// <summary>Gives up calls of a plug-in that take too long, and after too many failures in a row fails calls at once
/// for a while, so that a store in trouble is left alone.</summary>
/// <remarks>
/// <para>When the while is over, one call goes through: its outcome decides for all. A store that answers, if only to
/// refuse a call (<see cref="IFailureOfCall"/>), is not in trouble.</para>
/// <para>Time is the scheduler's, and what awaits a call goes on where the call completed: a plug-in that completes in
/// a deterministic order is answered in one. Any thread may call.</para>
/// </remarks>
internal sealed class PluginBreaker
{
    private readonly Lock _lock = new();
    private readonly IScheduler _scheduler;
    private readonly int _maxFailures;
    private readonly TimeSpan _callTimeout;
    private readonly TimeSpan _resetTimeout;
    private int _failures;
    private TimeSpan? _openedAt;
    private Exception? _cause;

    public PluginBreaker(IScheduler scheduler, Config config)
    {
        _scheduler = scheduler;
        _maxFailures = config.GetInt("circuit-breaker.max-failures", 0);
        _callTimeout = config.GetTimeSpan("circuit-breaker.call-timeout", null, false);
        _resetTimeout = config.GetTimeSpan("circuit-breaker.reset-timeout", null, false);
    }

    /// <exception cref="OpenCircuitException">The call was not made.</exception>
    /// <exception cref="TimeoutException">The call takes too long; it may still happen.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> call)
    {
        Enter();
        try
        {
            var result = await WithinTimeAsync(call()).ConfigureAwait(false);
            Succeed();
            return result;
        }
        catch (Exception cause) when (cause is not IFailureOfCall { IsOfCall: true })
        {
            Fail(cause);
            throw;
        }
        catch
        {
            Succeed();
            throw;
        }
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Func<Task> call) => RunAsync<bool>(async () =>
    {
        await call().ConfigureAwait(false);
        return true;
    });

    private async Task<T> WithinTimeAsync<T>(Task<T> task)
    {
        if (task.IsCompleted)
        {
            return await task.ConfigureAwait(false);
        }

        var late = new TaskCompletionSource();
        var timer = _scheduler.Advanced.ScheduleOnceCancelable(_callTimeout, late.SetResult);
        var first = await Task.WhenAny(task, late.Task).ConfigureAwait(false);
        if (first == task)
        {
            timer.Cancel();
            return await task.ConfigureAwait(false);
        }

        // Nobody waits for it any more; that it failed is no news then.
        _ = task.ContinueWith(
            static failed => _ = failed.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        throw new TimeoutException($"The persistence plug-in did not answer within {_callTimeout}.");
    }

    private void Enter()
    {
        lock (_lock)
        {
            if (_openedAt is not { } openedAt)
            {
                return;
            }

            var now = _scheduler.MonotonicClock;
            var left = openedAt + _resetTimeout - now;
            if (left > TimeSpan.Zero && now >= openedAt)
            {
                throw new OpenCircuitException(
                    "The persistence plug-in failed too often and is left alone for a while.", _cause!, left);
            }

            // This call tries; others go on failing until it is known or as long again.
            _openedAt = now;
        }
    }

    private void Succeed()
    {
        lock (_lock)
        {
            _failures = 0;
            _openedAt = null;
            _cause = null;
        }
    }

    private void Fail(Exception cause)
    {
        lock (_lock)
        {
            _failures++;
            if (_failures >= _maxFailures)
            {
                _openedAt = _scheduler.MonotonicClock;
                _cause = cause;
            }
        }
    }
}
