using System.Collections.Immutable;
using Kcopyd.Core.Throttling;

namespace Kcopyd.Core.Paging;

/// <summary>
/// Who gets pages next: strictly first in, first out, all or nothing, held back by the throttle. Not safe for
/// concurrent use.
/// </summary>
/// <remarks>
/// As in the kernel (kernel-facts 1.7) nobody overtakes: what does not fit waits at the head until enough came back.
/// Since a request for more than the budget is refused, and everything granted comes back, the head always goes on.
/// The bound is the caller's: jobs times segments in flight.
/// </remarks>
public sealed class AdmissionQueue
{
    private readonly PageBudget _budget;
    private readonly DutyCycle _duty;
    private readonly LinkedList<Admission> _queue = [];
    private readonly Dictionary<long, List<LinkedListNode<Admission>>> _byJob = [];
    private RateLimit _rate;

    /// <summary>A queue before a budget and a throttle, which it owns from now on.</summary>
    public AdmissionQueue(PageBudget budget, RateLimit rate, DutyCycle duty)
    {
        _budget = budget;
        _rate = rate;
        _duty = duty;
    }

    /// <summary>The budget, to look at.</summary>
    public PageBudget Budget => _budget;

    /// <summary>How many wait.</summary>
    public int WaitingCount => _queue.Count;

    /// <summary>How many were let in and have not left.</summary>
    public int InsideCount { get; private set; }

    /// <summary>The rate limit in bytes a second; 0: none.</summary>
    public long BytesPerSecond => _rate.BytesPerSecond;

    /// <summary>The duty-cycle limit in per cent; 100: none.</summary>
    public int Percent => _duty.Percent;

    /// <summary>Goes to the end of the queue.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It wants more pages than there are.</exception>
    public void Enter(Admission admission)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(admission.Pages, _budget.TotalPages);
        var waiting = _queue.AddLast(admission);
        if (!_byJob.TryGetValue(admission.Job, out var list))
        {
            _byJob.Add(admission.Job, list = []);
        }

        list.Add(waiting);
    }

    /// <summary>Lets the head in, if it may.</summary>
    /// <param name="now">The time on the caller's monotonic clock.</param>
    /// <param name="granted">Who was let in, and its pages.</param>
    /// <param name="wait">When throttled: after how long to ask again.</param>
    public AdmissionStep TryAdmit(TimeSpan now, out (Admission Admission, PageRun Pages) granted, out TimeSpan wait)
    {
        granted = default;
        wait = default;
        if (_queue.First is not { } head)
        {
            return AdmissionStep.Idle;
        }

        wait = _rate.Wait(now);
        if (wait > TimeSpan.Zero)
        {
            return AdmissionStep.Throttled;
        }

        if (!_budget.Fits(head.Value.Pages))
        {
            return AdmissionStep.NoPages;
        }

        if (!_duty.TryStart(now))
        {
            wait = DutyCycle.Pause;
            return AdmissionStep.Throttled;
        }

        var isTaken = _budget.TryTake(head.Value.Pages, out var pages);
        Invariant.Holds(isTaken);
        _rate = _rate.Take(now, head.Value.RateBytes);
        Forget(head);
        InsideCount++;
        granted = (head.Value, pages);
        return AdmissionStep.Granted;
    }

    /// <summary>Someone who was let in leaves and gives its pages back.</summary>
    public void Leave(PageRun pages, TimeSpan now)
    {
        _budget.Give(pages);
        _duty.Finish(now);
        InsideCount--;
        Invariant.Holds(InsideCount >= 0);
    }

    /// <summary>Takes everyone of a job out of the queue.</summary>
    /// <returns>The segments that waited, in their order.</returns>
    public ImmutableArray<long> Withdraw(long job)
    {
        if (!_byJob.Remove(job, out var list))
        {
            return [];
        }

        foreach (var waiting in list)
        {
            _queue.Remove(waiting);
        }

        return [.. list.Select(waiting => waiting.Value.Segment)];
    }

    /// <summary>Another throttle from now on; null leaves a part as it is.</summary>
    public void ChangeThrottle(long? bytesPerSecond, int? percent, TimeSpan now)
    {
        _rate = bytesPerSecond is { } rate ? _rate.ChangeTo(rate, now) : _rate;
        _duty.Change(percent ?? _duty.Percent);
    }

    private void Forget(LinkedListNode<Admission> waiting)
    {
        _queue.Remove(waiting);
        var list = _byJob[waiting.Value.Job];
        list.Remove(waiting);
        if (list.Count == 0)
        {
            _byJob.Remove(waiting.Value.Job);
        }
    }
}
