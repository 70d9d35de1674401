using System.Diagnostics;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Copying;

/// <summary>Where a caller without a mailbox waits for a client's answers. Each is given once; safe for concurrent
/// calls.</summary>
internal sealed class ClientTicket(Action<CopyCompleted>? callback)
{
    private readonly TaskCompletionSource<CopyJobId> _accepted =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CopyCompleted> _completed =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the caller was doing when it asked.</summary>
    public ActivityContext Activity { get; } = System.Diagnostics.Activity.Current?.Context ?? default;

    /// <summary>Completes with the job's name, or fails with a rejection.</summary>
    public Task<CopyJobId> Accepted => _accepted.Task;

    /// <summary>Completes when the job is over.</summary>
    public Task<CopyCompleted> Completed => _completed.Task;

    /// <summary>What is called, before <see cref="Completed"/> completes; null: nothing.</summary>
    public Action<CopyCompleted>? Callback { get; } = callback;

    public void Accept(CopyJobId job) => _accepted.TrySetResult(job);

    public void Refuse(Exception why) => _accepted.TrySetException(why);

    public void Complete(CopyCompleted completed) => _completed.TrySetResult(completed);

    /// <summary>The client is gone: nobody will answer any more.</summary>
    public void Abandon()
    {
        var why = new ObjectDisposedException(nameof(KcopydClient), "The client stopped before the job was over.");
        _accepted.TrySetException(why);
        _completed.TrySetException(why);

        // Nobody may be waiting: an unobserved failure of a client that is gone is no news.
        _ = _accepted.Task.Exception;
        _ = _completed.Task.Exception;
    }
}
