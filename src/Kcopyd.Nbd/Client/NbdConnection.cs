using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Client;

/// <summary>One connection to an export: many requests under way, answered in any order. Any thread may call.</summary>
/// <remarks>It has a thread that connects and then receives, and one that sends; callers wait for neither.</remarks>
internal sealed class NbdConnection : IAsyncDisposable
{
    /// <summary>How many times as long as anything else a flush, zeroing or discarding may take: with the default
    /// 10 minutes, for a server that has much in memory and a slow disk.</summary>
    private const int SlowFactor = 10;

    /// <summary>How long a goodbye may take.</summary>
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(1);

    private readonly BlockingStream _socket;
    private readonly Stream _stream;
    private readonly NbdReader _reader;
    private readonly SocketSender _sender;
    private readonly Dictionary<ulong, PendingRequest> _pending = [];
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeSpan _answerTimeout;
    private readonly TaskCreationOptions _continuation;
    private readonly ITimer _watch;
    private NbdDisconnectedException? _loss;
    private Action? _lost;
    private ulong _lastCookie;
    private int _unsent;
    private long _heardAt = Environment.TickCount64;
    private TimeSpan? _silence;

    private NbdConnection(
        BlockingStream socket, (Stream Stream, NbdReader Reader) ends, NbdTerms terms, NbdClientOptions options)
    {
        (_socket, _stream, _reader, Terms, _answerTimeout) = (
            socket, ends.Stream, ends.Reader, terms, options.AnswerTimeout);
        _continuation = options.ContinuesOnReceiver
            ? TaskCreationOptions.None
            : TaskCreationOptions.RunContinuationsAsynchronously;
        _sender = new SocketSender(Send);
        _watch = TimeProvider.System.CreateTimer(
            static state => ((NbdConnection)state!).Watch(), this, _answerTimeout / 4, _answerTimeout / 4);
    }

    /// <summary>What was agreed.</summary>
    public NbdTerms Terms { get; }

    /// <summary>Whether it is lost.</summary>
    public bool IsLost => Volatile.Read(ref _loss) is not null;

    /// <summary>Connects and takes the export.</summary>
    /// <exception cref="NbdProtocolException">The peer is no server that we can talk to.</exception>
    /// <exception cref="NbdExportException">It refuses the export.</exception>
    /// <exception cref="OperationCanceledException">It took too long, or the caller does not want it any
    /// more.</exception>
    /// <exception cref="Exception">Of sockets, streams and TLS.</exception>
    public static async Task<NbdConnection> ConnectAsync(
        NbdUri uri, NbdClientOptions options, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.ConnectTimeout);
        var opening = new NbdOpening(uri, options, limit.Token);
        var opened = new TaskCompletionSource<NbdConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Run(opening, opened)) { IsBackground = true, Name = "kcopyd nbd receiver" }.Start();

        try
        {
            // Looking a name up is not to be ended; its thread ends by itself.
            return await opened.Task.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!opened.Task.IsCanceled)
        {
            _ = CloseAsync(opened.Task);
            throw;
        }
    }

    /// <summary>Has somebody called once when it is lost, at once if it is: before any request hears of it, and before
    /// <see cref="IsLost"/> says it. The call is short, and calls nothing here.</summary>
    public void WhenLost(Action lost)
    {
        lock (_gate)
        {
            _lost = lost;
            if (_loss is not null)
            {
                lost();
            }
        }
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <param name="request">Its cookie is given here.</param>
    /// <param name="payload">The bytes of a write.</param>
    /// <param name="destination">Where those of a read go.</param>
    /// <exception cref="NbdDisconnectedException">The connection is lost; the buffers are free.</exception>
    public Task<NbdAnswer> AskAsync(
        NbdRequestHeader request, ReadOnlyMemory<byte> payload, Memory<byte> destination)
    {
        lock (_gate)
        {
            if (_loss is { } loss)
            {
                return Task.FromException<NbdAnswer>(new NbdDisconnectedException(loss.Message, loss));
            }

            if (_pending.Count == 0)
            {
                Volatile.Write(ref _heardAt, Environment.TickCount64);
            }

            var pending = new PendingRequest(
                request with { Cookie = ++_lastCookie }, destination, _continuation);
            _pending.Add(_lastCookie, pending);
            var sent = _sender.SendAsync(BytesOf(pending.Header), payload);
            return payload.IsEmpty ? pending.Answer : AnsweredAndSentAsync(pending.Answer, sent);
        }
    }

    /// <summary>It is of no use any more: everybody hears that it is lost.</summary>
    public void Drop() => _socket.EndAll();

    /// <summary>Says goodbye and closes; who still waits for an answer hears that the connection is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await GoodbyeAsync().WaitAsync(GoodbyeTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It does not even listen.
        }

        _socket.EndAll();
        await _over.Task.ConfigureAwait(false);
        await _watch.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Nobody wants it any more.</summary>
    private static async Task CloseAsync(Task<NbdConnection> opened)
    {
        try
        {
            await (await opened.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (NbdFailures.IsOfConnecting(failure))
        {
            // It was not even opened.
        }
    }

    /// <summary>A server may answer a write whose bytes are not sent yet: they are still the caller's then.</summary>
    private async Task<NbdAnswer> AnsweredAndSentAsync(Task<NbdAnswer> answered, Task sent)
    {
        try
        {
            return await answered.ConfigureAwait(false);
        }
        finally
        {
            if (!sent.IsCompleted)
            {
                Interlocked.Increment(ref _unsent);
                await sent.ConfigureAwait(false);
                Interlocked.Decrement(ref _unsent);

                // The sending thread is not for what the caller does next.
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }
        }
    }

    private static byte[] BytesOf(NbdRequestHeader header)
    {
        var bytes = new byte[NbdRequestHeader.Size];
        header.Write(bytes);
        return bytes;
    }

    private static void Run(NbdOpening opening, TaskCompletionSource<NbdConnection> opened)
    {
        NbdConnection connection;
        try
        {
            var (socket, ends, terms) = opening.Open();
#pragma warning disable CA2000 // who waits for it owns it
            connection = new NbdConnection(socket, ends, terms, opening.Options);
#pragma warning restore CA2000
        }
#pragma warning disable CA1031 // every failure belongs to who waits for the connection
        catch (Exception failure)
#pragma warning restore CA1031
        {
            opened.SetException(failure);
            return;
        }

        opened.SetResult(connection);
        connection.Lose(connection.Receive());
    }

    private Task GoodbyeAsync()
    {
        lock (_gate)
        {
            var goodbye = new NbdRequestHeader(NbdCommandFlags.None, NbdCommand.Disconnect, 0, 0, 0);
            return _loss is null ? _sender.SendAsync(BytesOf(goodbye)) : Task.CompletedTask;
        }
    }

    /// <summary>What cannot be sent ends the connection, which every request hears of.</summary>
    private void Send(ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest)
    {
        try
        {
            _stream.Write(first);
            if (!rest.IsEmpty)
            {
                _stream.Write(rest);
            }
        }
#pragma warning disable CA1031 // whatever it is, of this connection
        catch (Exception)
#pragma warning restore CA1031
        {
            _socket.EndAll();
        }
    }

    /// <summary>Receives until that ends.</summary>
    /// <returns>Why it did.</returns>
    private Exception Receive()
    {
        try
        {
            // Whatever comes is a sign of life, also a part of a long answer.
            _socket.Reading = () => Volatile.Write(ref _heardAt, Environment.TickCount64);
            var replies = new ReplyReader(_reader, Terms, Find);
            while (true)
            {
                if (_stream == _socket && _reader.IsEmpty)
                {
                    _socket.WaitForData();
                }

                if (OwnThread.Wait(replies.NextAsync(default)) is { } answered)
                {
                    answered.DemandAll();
                    Remove(answered);
                    answered.End();
                }
            }
        }
#pragma warning disable CA1031 // whatever it is, of this connection
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return _silence is { } silence ? Silent(silence, failure) : failure;
        }
    }

    /// <summary>What takes as long as the medium does, however healthy the server is.</summary>
    private static bool IsSlow(PendingRequest request) =>
        request.Header.Command is NbdCommand.Flush or NbdCommand.WriteZeroes or NbdCommand.Trim;

    /// <summary>A server that owes an answer, or takes no bytes, and says nothing counts as gone.</summary>
    private void Watch()
    {
        lock (_gate)
        {
            var patience = _answerTimeout * (_pending.Values.Any(IsSlow) ? SlowFactor : 1);
            var isLate = Environment.TickCount64 - Volatile.Read(ref _heardAt) > patience.TotalMilliseconds;
            if ((_pending.Count == 0 && _unsent == 0) || !isLate)
            {
                return;
            }

            _silence = patience;
        }

        _socket.EndAll();
    }

    private static TimeoutException Silent(TimeSpan silence, Exception cause) =>
        new($"the server has not answered for {silence.TotalSeconds:F0} s", cause);

    private PendingRequest? Find(ulong cookie)
    {
        lock (_gate)
        {
            return _pending.GetValueOrDefault(cookie);
        }
    }

    private void Remove(PendingRequest request)
    {
        lock (_gate)
        {
            _pending.Remove(request.Header.Cookie);
        }
    }

    private void Lose(Exception cause)
    {
        var loss = new NbdDisconnectedException($"the connection is lost: {cause.Message}", cause);
        lock (_gate)
        {
            _lost?.Invoke();
            _loss = loss;
        }

        // Nobody sends from here on, so that the buffers of those who wait are free.
        _socket.EndAll();
        _sender.Close();
        _sender.Join();
        _stream.Dispose();
        _socket.Dispose();
        PendingRequest[] waiting;
        lock (_gate)
        {
            // The watch may look at them in this moment.
            waiting = [.. _pending.Values];
            _pending.Clear();
        }

        Array.ForEach(waiting, request => request.Lose(loss));
        _over.SetResult();
    }
}
