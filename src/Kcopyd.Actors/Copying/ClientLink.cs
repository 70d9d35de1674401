namespace Kcopyd.Actors.Copying;

/// <summary>How a facade learns that its actor is gone, so that nobody waits for an answer that will never
/// come.</summary>
internal sealed class ClientLink : IDisposable
{
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _source = new();

    public Task Closed => _closed.Task;

    public bool IsClosed => _closed.Task.IsCompleted;

    public CancellationToken ClosedToken => _source.Token;

    /// <summary>The actor stopped.</summary>
    public void Close()
    {
        if (_closed.TrySetResult())
        {
            _source.Cancel();
        }
    }

    public async Task<T> UntilClosed<T>(Task<T> answer, CancellationToken cancellationToken)
    {
        // The common case allocates no more than it must: the answer comes long before the end.
        var first = cancellationToken.CanBeCanceled
            ? await Task.WhenAny(answer, _closed.Task).WaitAsync(cancellationToken).ConfigureAwait(false)
            : await Task.WhenAny(answer, _closed.Task).ConfigureAwait(false);
        // A question to a client that is gone is cancelled: that is the same news.
        if (answer.IsCompletedSuccessfully || (first == answer && !(answer.IsCanceled && IsClosed)))
        {
            return await answer.ConfigureAwait(false);
        }

        throw new ObjectDisposedException(nameof(KcopydClient), "The client stopped.");
    }

    public void Dispose() => _source.Dispose();
}
