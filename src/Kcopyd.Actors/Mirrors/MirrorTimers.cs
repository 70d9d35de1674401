using Akka.Actor;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Messages to oneself after a while: each kind at most once at a time.</summary>
internal sealed class MirrorTimers(IScheduler scheduler, IActorRef self)
{
    private readonly Dictionary<Type, ICancelable> _running = [];

    /// <summary>Starts one unless it runs.</summary>
    public void Start<T>(TimeSpan delay)
        where T : MirrorWork, new()
    {
        if (_running.ContainsKey(typeof(T)))
        {
            return;
        }

        var timer = new Cancelable(scheduler);
        _running.Add(typeof(T), timer);
        scheduler.ScheduleTellOnce(delay, self, new T(), ActorRefs.NoSender, timer);
    }

    /// <summary>The message of one came. Only this tells that it is over: a scheduler may be early by its own
    /// clock.</summary>
    public void Ended<T>()
        where T : MirrorWork => _running.Remove(typeof(T));

    /// <summary>Stops them all.</summary>
    public void CancelAll()
    {
        foreach (var timer in _running.Values)
        {
            timer.CancelIfNotNull();
        }

        _running.Clear();
    }
}
