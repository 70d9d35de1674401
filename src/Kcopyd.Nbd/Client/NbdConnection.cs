using System.Net.Sockets;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Client;

/// <summary>One connection to an export: many requests under way, answered in any order. Any thread may call.</summary>
internal sealed class NbdConnection : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly Dictionary<ulong, PendingRequest> _pending = [];
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _end = new();
    private readonly TimeSpan _answerTimeout;
    private readonly ITimer _watch;
    private readonly NbdReader _reader;
    private NbdDisconnectedException? _loss;
    private Task _receiving = Task.CompletedTask;
    private ulong _lastCookie;
    private long _heardAt = Environment.TickCount64;
    private bool _isSilent;

    private NbdConnection(Stream stream, NbdReader reader, NbdTerms terms, TimeSpan answerTimeout)
    {
        (_stream, _reader, Terms, _answerTimeout) = (stream, reader, terms, answerTimeout);
        _watch = TimeProvider.System.CreateTimer(
            static state => ((NbdConnection)state!).Watch(), this, answerTimeout / 4, answerTimeout / 4);
    }

    /// <summary>What was agreed.</summary>
    public NbdTerms Terms { get; }

    /// <summary>Whether it is lost.</summary>
    public bool IsLost => Volatile.Read(ref _loss) is not null;

    /// <summary>Called once, before any request hears of the loss.</summary>
    public Action? Lost { get; set; }

    /// <summary>Connects and takes the export.</summary>
    /// <exception cref="NbdProtocolException">The peer is no server that we can talk to.</exception>
    /// <exception cref="NbdExportException">It refuses the export.</exception>
    /// <exception cref="Exception">Of sockets, streams and TLS.</exception>
    public static async Task<NbdConnection> ConnectAsync(
        NbdUri uri, NbdClientOptions options, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.ConnectTimeout);
#pragma warning disable CA2000 // the connection owns them, and what fails before it disposes them
        Stream stream = new NetworkStream(
            await ConnectSocketAsync(uri, limit.Token).ConfigureAwait(false), ownsSocket: true);
        try
        {
            var negotiation = new ClientNegotiation(uri.Export);
            var reader = new NbdReader(stream);
            await negotiation.GreetAsync(stream, reader, limit.Token).ConfigureAwait(false);
            if (uri.UsesTls)
            {
                await negotiation.StartTlsAsync(limit.Token).ConfigureAwait(false);
                stream = await TlsClient.EncryptAsync(stream, uri, options, limit.Token).ConfigureAwait(false);
                reader = new NbdReader(stream);
                negotiation.Use(stream, reader);
            }

            var terms = await negotiation.TakeAsync(limit.Token).ConfigureAwait(false);
            var connection = new NbdConnection(stream, reader, terms, options.AnswerTimeout);
            connection._receiving = connection.ReceiveAsync();
            return connection;
#pragma warning restore CA2000
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <param name="request">Its cookie is given here.</param>
    /// <param name="payload">The bytes of a write.</param>
    /// <param name="destination">Where those of a read go.</param>
    /// <exception cref="NbdDisconnectedException">The connection is lost; the buffers are free.</exception>
    public async Task<NbdAnswer> AskAsync(
        NbdRequestHeader request, ReadOnlyMemory<byte> payload, Memory<byte> destination)
    {
        PendingRequest pending;
        lock (_gate)
        {
            if (_loss is { } loss)
            {
                throw new NbdDisconnectedException(loss.Message, loss);
            }

            if (_pending.Count == 0)
            {
                Volatile.Write(ref _heardAt, Environment.TickCount64);
            }

            pending = new PendingRequest(request with { Cookie = ++_lastCookie }, destination);
            _pending.Add(_lastCookie, pending);
        }

        await SendAsync(pending.Header, payload).ConfigureAwait(false);
        return await pending.Answer.ConfigureAwait(false);
    }

    /// <summary>Says goodbye and closes; who still waits for an answer hears that the connection is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!IsLost)
        {
            await SendAsync(new NbdRequestHeader(NbdCommandFlags.None, NbdCommand.Disconnect, 0, 0, 0), default)
                .ConfigureAwait(false);
        }

        await _end.CancelAsync().ConfigureAwait(false);
        await _receiving.ConfigureAwait(false);
        await _watch.DisposeAsync().ConfigureAwait(false);
        _end.Dispose();
        _sending.Dispose();
    }

    private static async Task<Socket> ConnectSocketAsync(NbdUri uri, CancellationToken cancellationToken)
    {
        var isUnix = uri.Socket is not null;
        var socket = isUnix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(uri.EndPoint, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>What cannot be sent ends the connection, which every request hears of.</summary>
    private async Task SendAsync(NbdRequestHeader header, ReadOnlyMemory<byte> payload)
    {
        var bytes = new byte[NbdRequestHeader.Size];
        header.Write(bytes);
        var holds = false;
        try
        {
            await _sending.WaitAsync(_end.Token).ConfigureAwait(false);
            holds = true;
            await _stream.WriteAsync(bytes, _end.Token).ConfigureAwait(false);
            if (!payload.IsEmpty)
            {
                await _stream.WriteAsync(payload, _end.Token).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The receiving side tells all who wait, when no buffer is in use any more.
            await TryCancelAsync().ConfigureAwait(false);
        }
        finally
        {
            if (holds)
            {
                _sending.Release();
            }
        }
    }

    private async Task TryCancelAsync()
    {
        try
        {
            await _end.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // It is closed already.
        }
    }

    private async Task ReceiveAsync()
    {
        Exception cause;
        try
        {
            var replies = new ReplyReader(_reader, Terms, Find);
            while (true)
            {
                var answered = await replies.NextAsync(_end.Token).ConfigureAwait(false);
                Volatile.Write(ref _heardAt, Environment.TickCount64);
                if (answered is not null)
                {
                    answered.End();
                    Remove(answered);
                }
            }
        }
        catch (Exception failure) when (failure is IOException or NbdProtocolException or OperationCanceledException
            or ObjectDisposedException)
        {
            cause = _isSilent ? Silent(failure) : failure;
        }

        await LoseAsync(cause).ConfigureAwait(false);
    }

    /// <summary>A server that owes an answer and says nothing counts as gone.</summary>
    private void Watch()
    {
        lock (_gate)
        {
            var isLate = Environment.TickCount64 - Volatile.Read(ref _heardAt) > _answerTimeout.TotalMilliseconds;
            if (_pending.Count == 0 || !isLate)
            {
                return;
            }

            _isSilent = true;
        }

        _ = TryCancelAsync();
    }

    private TimeoutException Silent(Exception cause) =>
        new($"the server has not answered for {_answerTimeout.TotalSeconds:F0} s", cause);

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

    private async Task LoseAsync(Exception cause)
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);

        // Nobody sends from here on, so that the buffers of those who wait are free.
        await _sending.WaitAsync().ConfigureAwait(false);
        _sending.Release();
        var loss = new NbdDisconnectedException($"the connection is lost: {cause.Message}", cause);
        List<PendingRequest> pending;
        lock (_gate)
        {
            _loss = loss;
            pending = [.. _pending.Values];
            _pending.Clear();
        }

        Lost?.Invoke();
        pending.ForEach(request => request.Lose(loss));
    }
}
