namespace Kcopyd.Nbd.Transport;

/// <summary>Sends for threads that must not wait, on a thread of its own, which begins with the first piece: a peer
/// that does not read holds up this one, and nobody else.</summary>
/// <param name="send">Is given whole pieces.</param>
internal sealed class SocketSender(SendBytes send)
{
    private readonly object _gate = new();
    private readonly Queue<Piece> _waiting = [];
    private readonly List<TaskCompletionSource> _batched = [];
    private readonly SendBuffer _buffer = new(send);
    private Thread? _thread;
    private bool _isClosed;

    /// <summary>Sends bytes after all that came before.</summary>
    /// <param name="head">What goes first.</param>
    /// <param name="body">What goes right behind it; empty: nothing.</param>
    /// <returns>Completed when their memory is free: they are sent, or cannot be. What follows it runs on the sending
    /// thread.</returns>
    public Task SendAsync(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body = default)
    {
        var sent = new TaskCompletionSource();
        Add(new Piece(head, body, sent));
        return sent.Task;
    }

    /// <summary>Ends the thread after what waits. Nothing is added any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits until the thread has ended, and no memory is in use any more. After
    /// <see cref="Close"/>.</summary>
    public void Join() => _thread?.Join();

    private void Add(Piece piece)
    {
        lock (_gate)
        {
            _waiting.Enqueue(piece);
            if (_thread is null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = "kcopyd nbd sender" };
                _thread.Start();
            }
            else if (_waiting.Count == 1)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    private void Run()
    {
        while (TryTake(out var piece))
        {
            _buffer.Add(piece.Head.Span);
            _buffer.Add(piece.Body.Span);
            _batched.Add(piece.Sent);
            if (_buffer.IsEmpty)
            {
                Complete();
            }
        }
    }

    /// <summary>The next piece; what was batched goes out before this waits.</summary>
    private bool TryTake(out Piece piece)
    {
        lock (_gate)
        {
            if (_waiting.TryDequeue(out piece))
            {
                return true;
            }
        }

        Flush();
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_isClosed)
            {
                Monitor.Wait(_gate);
            }

            return _waiting.TryDequeue(out piece);
        }
    }

    private void Flush()
    {
        _buffer.Flush();
        Complete();
    }

    private void Complete()
    {
        foreach (var sent in _batched)
        {
            sent.SetResult();
        }

        _batched.Clear();
    }

    private readonly record struct Piece(
        ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Body, TaskCompletionSource Sent);
}
