using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Serving;

/// <summary>Serves block devices to NBD clients, over TCP and Unix sockets.</summary>
/// <remarks>
/// Fixed newstyle negotiation, simple and structured replies, <c>base:allocation</c>, TLS. Several connections may use
/// one export: a flush of one covers what was answered on all. Devices are the caller's. Any thread may call.
/// </remarks>
/// <example>
/// <code>
/// await using var server = new NbdServer(new NbdServerOptions());
/// server.Add(new NbdExport("disk", device));
/// var at = server.Listen(new IPEndPoint(IPAddress.Loopback, 10809));
/// </code>
/// </example>
public sealed class NbdServer : IAsyncDisposable
{
    /// <summary>What the longest request is a multiple of: of every block that a device may have; unit:
    /// bytes.</summary>
    private const int RequestUnit = 64 * 1024;

    /// <summary>How long a listener that fails is left alone: what it lacks, descriptors mostly, takes a while to be
    /// there again.</summary>
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly NbdServerOptions _options;
    private readonly ServedExports _exports = new();
    private readonly ConcurrentDictionary<long, ServedClient> _clients = [];
    private readonly ConcurrentBag<(Socket Socket, string? Path)> _listeners = [];
    private readonly ConcurrentBag<Task> _accepting = [];
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _cut = new();
    private int _isDisposed;
    private int _count;
    private long _last;

    /// <summary>A server without exports that listens nowhere yet.</summary>
    /// <param name="options">What its clients may do.</param>
    /// <exception cref="ArgumentException">They contradict each other, or one is out of its range.</exception>
    public NbdServer(NbdServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxConnections);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxRequests);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxRequests, 4096);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxRequestBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxRequestBytes, NbdLimits.MaxPayload);
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.MaxRequestBytes % RequestUnit, 0, nameof(options));
        NbdDurations.Check(options.HandshakeTimeout, mayBeZero: false, nameof(options));
        NbdDurations.Check(options.DrainTimeout, mayBeZero: true, nameof(options));
        if (options.IdleTimeout != Timeout.InfiniteTimeSpan)
        {
            NbdDurations.Check(options.IdleTimeout, mayBeZero: false, nameof(options));
        }

        if (options is { RequireTls: true, Certificate: null })
        {
            throw new ArgumentException("A server that requires TLS needs a certificate.", nameof(options));
        }

        _options = options;
    }

    /// <summary>Why a connection ended that a client did not end; null: nobody is told. Called by any thread.</summary>
    public Action<Exception>? ConnectionFailed { get; init; }

    /// <summary>A request that a device failed; null: nobody is told. Called by any thread, once for each, maybe by the
    /// one that serves the client, which waits for it.</summary>
    public Action<NbdRequestFailure>? RequestFailed { get; init; }

    /// <summary>Connections that are open.</summary>
    public int ConnectionCount => Volatile.Read(ref _count);

    /// <summary>The connections that are open, in the order in which they came.</summary>
    public IReadOnlyList<NbdClientStatus> GetClients() =>
        [.. _clients.ToArray().OrderBy(static client => client.Key).Select(static client => client.Value.Status)];

    /// <summary>Serves a device from now on.</summary>
    /// <exception cref="ArgumentException">The name is taken or too long.</exception>
    public void Add(NbdExport export)
    {
        ArgumentNullException.ThrowIfNull(export);
        if (!NbdText.Fits(export.Name))
        {
            throw new ArgumentException("The name of an export has 4096 bytes at most.", nameof(export));
        }

        if (!_exports.TryAdd(new ServedExport(export, _options.MaxRequestBytes)))
        {
            throw new ArgumentException($"There is an export '{export.Name}' already.", nameof(export));
        }
    }

    /// <summary>Takes an export away. Its connections end after the requests that they have begun.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(string name)
    {
        if (_exports.Remove(name) is not { } removed)
        {
            return false;
        }

        removed.Ending.Cancel();
        return true;
    }

    /// <summary>Takes an export away. On return nothing of its clients is under way: the device may be used for
    /// something else.</summary>
    /// <returns>Whether there was one.</returns>
    public async ValueTask<bool> RemoveAsync(string name)
    {
        // Who chooses it from now on finds its end before the first request.
        var wasThere = Remove(name);
        var users = _clients.Values.Where(client => client.Export == name);
        await Task.WhenAll(users.Select(static client => client.Ended.Task)).ConfigureAwait(false);
        return wasThere;
    }

    /// <summary>Accepts clients at an address from now on.</summary>
    /// <param name="endPoint">Of TCP, where port 0 is any free one, or a <see cref="UnixDomainSocketEndPoint"/>, whose
    /// file is made, and removed at the end; one that a server left that was killed is taken over.</param>
    /// <returns>The address, with its port.</returns>
    /// <exception cref="ArgumentException">It is reachable beyond this machine, and nothing protects it.</exception>
    /// <exception cref="SocketException">The address cannot be had.</exception>
    public EndPoint Listen(EndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        if (endPoint is IPEndPoint ip
            && !IPAddress.IsLoopback(ip.Address)
            && _options is { RequireTls: false, AllowPlainRemote: false })
        {
            throw new ArgumentException(
                $"Without TLS a server listens on loopback only, and {endPoint} is not.", nameof(endPoint));
        }

        var isUnix = endPoint is UnixDomainSocketEndPoint;
        if (isUnix)
        {
            UnixSocketFile.RemoveStale((UnixDomainSocketEndPoint)endPoint);
        }

        var protocol = isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            listener.Bind(endPoint);
            listener.Listen();
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        _listeners.Add((listener, isUnix ? endPoint.ToString() : null));
#pragma warning disable CA2025 // closing the listener ends it, and is waited for
        _accepting.Add(AcceptAsync(listener));
#pragma warning restore CA2025
        return listener.LocalEndPoint!;
    }

    /// <summary>Accepts nobody any more, has requests that were begun done and answered, and closes. Connections that
    /// take longer than <see cref="NbdServerOptions.DrainTimeout"/> are cut; their requests end on the devices all the
    /// same, which is not waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        foreach (var (socket, path) in _listeners)
        {
            socket.Dispose();
            if (path is not null)
            {
                File.Delete(path);
            }
        }

        await _drain.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_accepting).ConfigureAwait(false);
        if (!await DrainAsync([.. _clients.Values]).ConfigureAwait(false))
        {
            // Connections whose devices have not answered look at these when they do.
            return;
        }

        _drain.Dispose();
        _cut.Dispose();
    }

    /// <returns>Whether all ended by themselves; the others are cut.</returns>
    private async Task<bool> DrainAsync(ServedClient[] clients)
    {
        var ended = Task.WhenAll(clients.Select(static client => client.Ended.Task));
        try
        {
            await ended.WaitAsync(_options.DrainTimeout).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            await _cut.CancelAsync().ConfigureAwait(false);
            Array.ForEach(clients, static client => client.Cut());
            await ended.ConfigureAwait(false);
            return false;
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        using var pause = new PeriodicTimer(AcceptPause);
        try
        {
            while (_isDisposed == 0)
            {
                if (!await TryAcceptAsync(listener).ConfigureAwait(false))
                {
                    await pause.WaitForNextTickAsync(_drain.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception ended) when (_isDisposed != 0
            && ended is (OperationCanceledException or ObjectDisposedException or SocketException))
        {
            // The server ends.
        }
    }

    /// <summary>Takes the next client.</summary>
    /// <returns>False where that failed: the client went before it was accepted, or no descriptor is left.</returns>
    private async ValueTask<bool> TryAcceptAsync(Socket listener)
    {
        try
        {
            Begin(await listener.AcceptAsync(_drain.Token).ConfigureAwait(false));
            return true;
        }
        catch (Exception failure) when (_isDisposed == 0
            && failure is SocketException or OutOfMemoryException or ThreadStartException)
        {
            Listeners.Tell(ConnectionFailed, failure);
            return false;
        }
    }

    private void Begin(Socket socket)
    {
        if (Interlocked.Increment(ref _count) > _options.MaxConnections)
        {
            Interlocked.Decrement(ref _count);
            socket.Dispose();
            return;
        }

        var number = Interlocked.Increment(ref _last);
        var client = new ServedClient(socket, failure => Listeners.Tell(RequestFailed, failure));
        _clients.TryAdd(number, client);
        NbdMetrics.CountConnections(1);
        try
        {
            new Thread(() => Serve(socket, number, client)) { IsBackground = true, Name = "kcopyd nbd client" }.Start();
        }
        catch
        {
            End(number, client);
            socket.Dispose();
            throw;
        }
    }

    private void Serve(Socket socket, long number, ServedClient client)
    {
        try
        {
            using var stream = new BlockingStream(socket);
            if (socket.ProtocolType == ProtocolType.Tcp)
            {
                socket.NoDelay = true;

                // A client whose machine is gone ends some day, and with it its connection.
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            }

            new ServerConnection(_exports, _options, client).Run(stream, _drain.Token, _cut.Token);
        }
#pragma warning disable CA1031 // of one client, whatever it is: the others go on
        catch (Exception end)
#pragma warning restore CA1031
        {
            Listeners.Tell(ConnectionFailed, end);
        }
        finally
        {
            End(number, client);
        }
    }

    private void End(long number, ServedClient client)
    {
        Interlocked.Decrement(ref _count);
        NbdMetrics.CountConnections(-1);

        // Last: who ends the server waits for the clients that are still here, and for what they count.
        _clients.TryRemove(number, out _);
        client.Ended.TrySetResult();
    }
}
