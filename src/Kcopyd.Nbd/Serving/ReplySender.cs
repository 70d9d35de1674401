namespace Kcopyd.Nbd.Serving;

/// <summary>Sends what other threads than a connection's own have to say, on a thread that it starts when there is
/// something: a client that does not read holds up this one, and nobody else.</summary>
/// <param name="send">Sends bytes; never fails.</param>
internal sealed class ReplySender(Action<ReadOnlySpan<byte>> send)
{
    /// <summary>How many bytes of short replies go out in one piece.</summary>
    private const int BatchBytes = 64 * 1024;

    private readonly object _gate = new();
    private readonly Queue<(ReadOnlyMemory<byte> Bytes, TaskCompletionSource Sent)> _waiting = [];
    private readonly List<TaskCompletionSource> _batched = [];
    private byte[]? _batch;
    private int _count;
    private Thread? _thread;
    private bool _isClosed;

    /// <summary>Sends bytes after all that came before. What follows the task runs on the sending thread.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var sent = new TaskCompletionSource();
        lock (_gate)
        {
            _waiting.Enqueue((bytes, sent));
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

        return new ValueTask(sent.Task);
    }

    /// <summary>Ends the thread after what waits. The last call.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Run()
    {
        while (TryTake(out var next))
        {
            if (next.Bytes.Length > BatchBytes - _count)
            {
                Flush();
            }

            if (next.Bytes.Length > BatchBytes / 4)
            {
                Flush();
                send(next.Bytes.Span);
                next.Sent.SetResult();
                continue;
            }

            next.Bytes.Span.CopyTo((_batch ??= new byte[BatchBytes]).AsSpan(_count));
            _count += next.Bytes.Length;
            _batched.Add(next.Sent);
        }
    }

    /// <summary>The next reply; what was batched goes out before this waits.</summary>
    private bool TryTake(out (ReadOnlyMemory<byte> Bytes, TaskCompletionSource Sent) next)
    {
        lock (_gate)
        {
            if (_waiting.TryDequeue(out next))
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

            return _waiting.TryDequeue(out next);
        }
    }

    private void Flush()
    {
        if (_count > 0)
        {
            send(_batch.AsSpan(0, _count));
            _count = 0;
        }

        foreach (var sent in _batched)
        {
            sent.SetResult();
        }

        _batched.Clear();
    }
}
