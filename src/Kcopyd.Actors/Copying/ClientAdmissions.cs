using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Core.Paging;
using Kcopyd.Core.Throttling;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>A client's pages: who waits for them, and for the throttle. Belongs to its client actor.</summary>
internal sealed class ClientAdmissions : IDisposable
{
    private readonly AdmissionQueue _queue;
    private readonly PageMemory _pages;
    private readonly IScheduler _scheduler;
    private readonly IActorRef _self;
    private readonly Action<PageLease> _returned;
    private ICancelable? _timer;

    public ClientAdmissions(
        KcopydClientOptions options, PageMemory pages, IScheduler scheduler, IActorRef self)
    {
        _queue = new AdmissionQueue(
            new PageBudget(options.TotalPages),
            RateLimit.Of(options.BytesPerSecond.Value),
            new DutyCycle(options.Percent, scheduler.MonotonicClock));
        _pages = pages;
        _scheduler = scheduler;
        _self = self;
        _returned = lease => self.Tell(new ClientWork.PagesReturned(lease), ActorRefs.NoSender);
    }

    public AdmissionQueue Queue => _queue;

    private TimeSpan Now => _scheduler.MonotonicClock;

    /// <summary>Lets everyone in who may come in now.</summary>
    /// <param name="granted">Called for each, with its pages.</param>
    public void Pump(Action<Admission, PageLease> granted)
    {
        // While the throttle holds the head back nobody asks again: each question counts as a pause (DutyCycle).
        while (_timer is null
            && _queue.TryAdmit(Now, out var admitted, out var wait) is var step
            && step != AdmissionStep.Idle)
        {
            if (step == AdmissionStep.Granted)
            {
                CopyMetrics.PagesTaken.Add(admitted.Pages.Count);
                granted(admitted.Admission, _pages.Lease(admitted.Pages, _returned));
                continue;
            }

            if (step == AdmissionStep.Throttled)
            {
                _timer = _scheduler.ScheduleTellOnceCancelable(
                    wait, _self, new ClientWork.ThrottleDue(), ActorRefs.NoSender);
            }

            return;
        }
    }

    /// <summary>The timer came: the next throttled wait sets a new one.</summary>
    public void OnThrottleDue() => _timer = null;

    public void Return(PageLease lease)
    {
        CopyMetrics.PagesTaken.Add(-lease.Run.Count);
        _queue.Leave(lease.Run, Now);
    }

    public ImmutableArray<long> Withdraw(long job) => _queue.Withdraw(job);

    public void ChangeThrottle(ClientMessage.SetThrottle change)
    {
        _queue.ChangeThrottle(change.BytesPerSecond?.Value, change.Percent, Now);
        _timer?.Cancel();
        _timer = null;
    }

    /// <summary>Frees the memory as soon as no I/O uses it.</summary>
    public void Dispose()
    {
        _timer?.Cancel();
        _pages.Dispose();
    }
}
