using Akka.Dispatch;

namespace Kcopyd.Actors.Hosting;

/// <summary>Where a caller without a mailbox waits for one answer. Given once; later ones are dropped.</summary>
/// <param name="dispatcher">What the caller's task is completed through, so that it does not run on the actor's
/// turn.</param>
internal sealed class Answer<T>(MessageDispatcher dispatcher)
{
    private readonly TaskCompletionSource<T> _source = new();
    private bool _isGiven;

    public Task<T> Task => _source.Task;

    /// <summary>Whether it was given; the task may complete a moment later.</summary>
    public bool IsGiven => Volatile.Read(ref _isGiven);

    public void Give(T value)
    {
        Volatile.Write(ref _isGiven, true);
        dispatcher.Schedule(() => _source.TrySetResult(value));
    }

    public void Refuse(Exception why)
    {
        Volatile.Write(ref _isGiven, true);
        dispatcher.Schedule(() => _source.TrySetException(why));
    }
}
