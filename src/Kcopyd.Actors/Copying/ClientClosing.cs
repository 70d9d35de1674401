using Akka.Actor;

namespace Kcopyd.Actors.Copying;

/// <summary>Who waits for a client to be empty, and whether it still takes jobs. Belongs to its client actor.</summary>
internal sealed class ClientClosing
{
    /// <summary>How long an I/O that was told to stop may take to do so: long enough for a device to notice, no
    /// longer.</summary>
    public static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(1);

    private readonly List<(HashSet<long> Jobs, IActorRef Waiter)> _drains = [];
    private readonly List<IActorRef> _destroyers = [];
    private bool _isShutdown;

    /// <summary>Whether no more jobs are taken.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>Someone waits until these jobs are over.</summary>
    public void Drain(IEnumerable<long> jobs, IActorRef waiter, IActorRef client)
    {
        var rest = jobs.ToHashSet();
        if (rest.Count == 0)
        {
            waiter.Tell(new ClientMessage.Drained(), client);
        }
        else
        {
            _drains.Add((rest, waiter));
        }
    }

    /// <summary>No more jobs; someone waits until everything is over.</summary>
    public void Destroy(IActorRef waiter)
    {
        IsClosing = true;
        _destroyers.Add(waiter);
    }

    /// <summary>No more jobs, and those there are end now; false if that was so already.</summary>
    public bool TryShutdown()
    {
        IsClosing = true;
        var isFirst = !_isShutdown;
        _isShutdown = true;
        return isFirst;
    }

    public void OnJobOver(long number, IActorRef client)
    {
        foreach (var (jobs, waiter) in _drains)
        {
            if (jobs.Remove(number) && jobs.Count == 0)
            {
                waiter.Tell(new ClientMessage.Drained(), client);
            }
        }

        _drains.RemoveAll(drain => drain.Jobs.Count == 0);
    }

    /// <summary>Everything is over.</summary>
    public void Closed(IActorRef client)
    {
        foreach (var destroyer in _destroyers)
        {
            destroyer.Tell(new ClientMessage.Destroyed(), client);
        }

        _destroyers.Clear();
    }
}
