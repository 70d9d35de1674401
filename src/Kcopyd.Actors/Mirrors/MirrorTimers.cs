using Akka.Actor;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Messages to oneself after a while: each kind at most once at a time.</summary>
internal sealed class MirrorTimers(IScheduler scheduler, IActorRef self)
{
    private readonly Dictionary<Type, (ICancelable Timer, TimeSpan Due)> _running = [];

    /// <summary>Starts one unless it runs.</summary>
    public void Start<T>(TimeSpan delay)
        where T : MirrorWork, new()
    {
        var now = scheduler.MonotonicClock;
        if (_running.TryGetValue(typeof(T), out var running) && running.Due > now)
        {
            return;
        }

        var timer = new Cancelable(scheduler);
        _running[typeof(T)] = (timer, now + delay);
        scheduler.ScheduleTellOnce(delay, self, new T(), ActorRefs.NoSender, timer);
    }

    /// <summary>Stops them all.</summary>
    public void CancelAll()
    {
        foreach (var (timer, _) in _running.Values)
        {
            timer.CancelIfNotNull();
        }

        _running.Clear();
    }
}
