using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Client;

/// <summary>One of the connections of a device, made again when it is lost. Any thread may call.</summary>
/// <remarks>One caller at a time makes it again; the others wait for that one, each as long as it may.</remarks>
internal sealed class NbdLine(
    NbdUri uri, NbdClientOptions options, NbdTerms terms, OutageTeller outages, Action lost) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _making = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private NbdConnection? _connection;

    /// <summary>Uses a connection that is open already.</summary>
    public void Use(NbdConnection connection)
    {
        connection.WhenLost(lost);
        _connection = connection;
    }

    /// <summary>Connects once.</summary>
    /// <returns>Whether it did, to the same export, before it was closed.</returns>
    public async Task<bool> TryOpenAsync()
    {
        try
        {
            var connection = await NbdConnection.ConnectAsync(uri, options, _closing.Token).ConfigureAwait(false);
            if (DifferenceOf(connection.Terms) is not null)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                return false;
            }

            Use(connection);
            return true;
        }
#pragma warning disable CA1031 // whatever it is: the others do without it
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    /// <summary>Asks, and asks again on another connection where one is lost.</summary>
    /// <param name="request">What.</param>
    /// <param name="payload">The bytes of a write.</param>
    /// <param name="destination">Where those of a read go.</param>
    /// <param name="call">Whose request it is.</param>
    /// <exception cref="DeviceException">There is no connection any more, and none can be made.</exception>
    /// <exception cref="OperationCanceledException">The caller did not want to wait for one.</exception>
    public async ValueTask<NbdAnswer> AskAsync(
        NbdRequestHeader request, ReadOnlyMemory<byte> payload, Memory<byte> destination, NbdCall call)
    {
        // Reading twice and writing the same bytes twice does no harm. The time runs from the first loss: a server that
        // takes connections and loses each of them is not asked for ever.
        var until = long.MaxValue;
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            var connection = await GetAsync(call).ConfigureAwait(false);
            try
            {
                var answer = await connection.AskAsync(request, payload, destination).ConfigureAwait(false);
                if (answer.Error != NbdError.Shutdown || options.ReconnectTimeout == TimeSpan.Zero)
                {
                    return answer;
                }

                // It ends in order, and may be there again soon.
                connection.Drop();
                throw new NbdDisconnectedException("the server is ending", new IOException("ESHUTDOWN"));
            }
            catch (NbdDisconnectedException loss)
            {
                var isAgain = until < long.MaxValue;
                until = isAgain ? until : Environment.TickCount64 + (long)options.ReconnectTimeout.TotalMilliseconds;
                if (options.ReconnectTimeout == TimeSpan.Zero || (isAgain && IsOver(until, pause)))
                {
                    throw Gone(call.Operation, loss.Message, loss);
                }

                if (isAgain)
                {
                    await PauseAsync(pause, call).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Asks once: what was lost is not asked for again.</summary>
    /// <exception cref="NbdDisconnectedException">The connection was lost meanwhile.</exception>
    /// <exception cref="DeviceException">There is none, and none can be made.</exception>
    /// <exception cref="OperationCanceledException">The caller did not want to wait for one.</exception>
    public async ValueTask<NbdAnswer> AskOnceAsync(NbdRequestHeader request, NbdCall call)
    {
        var connection = await GetAsync(call).ConfigureAwait(false);
        return await connection.AskAsync(request, default, default).ConfigureAwait(false);
    }

    /// <summary>Asks if it is connected.</summary>
    /// <returns>Null where it is not.</returns>
    /// <exception cref="NbdDisconnectedException">The connection was lost meanwhile.</exception>
    public Task<NbdAnswer>? TryAskAsync(NbdRequestHeader request) =>
        Volatile.Read(ref _connection) is { IsLost: false } open ? open.AskAsync(request, default, default) : null;

    /// <summary>Makes no connection any more: calls that wait for one fail. What is under way on one goes on.</summary>
    public void Close() => _closing.Cancel();

    /// <summary>The last call, when nobody asks any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _making.WaitAsync().ConfigureAwait(false);
        if (_connection is { } connection)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }

        _making.Dispose();
        _closing.Dispose();
    }

    private async ValueTask<NbdConnection> GetAsync(NbdCall call)
    {
        if (Volatile.Read(ref _connection) is { IsLost: false } open)
        {
            return open;
        }

        // Waiting for another's attempts counts: all that wait for a server give it up at the same time, not in turn.
        var until = Environment.TickCount64 + (long)options.ReconnectTimeout.TotalMilliseconds;
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token, call.Cancellation);
        try
        {
            await _making.WaitAsync(waiting.Token).ConfigureAwait(false);
            try
            {
                return await RenewAsync(call.Operation, until, waiting.Token).ConfigureAwait(false);
            }
            finally
            {
                _making.Release();
            }
        }
        catch (OperationCanceledException) when (!call.Cancellation.IsCancellationRequested)
        {
            throw Closed(call);
        }
    }

    private async ValueTask PauseAsync(TimeSpan pause, NbdCall call)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token, call.Cancellation);
        using var timer = new PeriodicTimer(pause);
        try
        {
            await timer.WaitForNextTickAsync(waiting.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!call.Cancellation.IsCancellationRequested)
        {
            throw Closed(call);
        }
    }

    private async ValueTask<NbdConnection> RenewAsync(
        DeviceOperation operation, long until, CancellationToken cancellationToken)
    {
        if (_connection is { IsLost: false } made)
        {
            return made;
        }

        if (_connection is not { } gone)
        {
            return await MakeAsync(operation, until, cancellationToken).ConfigureAwait(false);
        }

        await gone.DisposeAsync().ConfigureAwait(false);
        return await MakeAsync(operation, until, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<NbdConnection> MakeAsync(
        DeviceOperation operation, long until, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            try
            {
                var connection = await NbdConnection.ConnectAsync(uri, options, cancellationToken)
                    .ConfigureAwait(false);
                if (DifferenceOf(connection.Terms) is { } difference)
                {
                    await connection.DisposeAsync().ConfigureAwait(false);
                    throw new DeviceException(
                        uri.Text,
                        operation,
                        DeviceErrorKind.Vanished,
                        $"the server has another export now: {difference}");
                }

                Use(connection);
                outages.End();
                return connection;
            }
            catch (Exception failure)
                when (NbdFailures.IsOfConnecting(failure) && !cancellationToken.IsCancellationRequested)
            {
                var reason = NbdFailures.Of(uri.Text, options, failure).Reason;
                if (IsOver(until, pause))
                {
                    throw Gone(operation, reason, failure);
                }

                outages.Begin(reason);
            }

            using var timer = new PeriodicTimer(pause);
            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    private static bool IsOver(long until, TimeSpan pause) =>
        Environment.TickCount64 + pause.TotalMilliseconds > until;

    private DeviceException Closed(NbdCall call) =>
        new(uri.Text, call.Operation, DeviceErrorKind.Closed, "the device was closed while it had no connection");

    private DeviceException Gone(DeviceOperation operation, string reason, Exception cause) =>
        new(uri.Text, operation, DeviceErrorKind.Io, reason, cause) { IsTransient = true };

    /// <summary>How another export differs from the one that was opened; null: in nothing that matters.</summary>
    private string? DifferenceOf(NbdTerms now) => (terms.Size, terms.Sizes) switch
    {
        var (size, _) when now.Size.LengthBytes != size.LengthBytes =>
            $"it has {now.Size.LengthBytes} bytes, not {size.LengthBytes}",
        var (size, _) when (size.Flags & ~now.Size.Flags & ~NbdTransmissionFlags.ReadOnly) != 0 => "it can do less",
        var (size, _) when (now.Size.Flags & ~size.Flags).HasFlag(NbdTransmissionFlags.ReadOnly) => "it is read-only",
        var (_, sizes) when now.Sizes.Minimum > sizes.Minimum || now.Sizes.Maximum < sizes.Maximum =>
            "it takes other blocks",
        _ when terms.AllocationContext is not null && now.AllocationContext is null => "it tells no holes",
        _ => null,
    };
}
