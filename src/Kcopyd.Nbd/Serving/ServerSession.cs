using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Serving;

/// <summary>The requests of one connection, from the choice of an export to its end.</summary>
/// <remarks>Requests are read one after the other and done side by side; each is answered when it is done.</remarks>
internal sealed class ServerSession : IDisposable
{
    private readonly ServedExport _export;
    private readonly ServedClient _client;
    private readonly NbdReader _reader;
    private readonly ReplyWriter _replies;
    private readonly RequestLimits _limits;
    private readonly TransferBuffers _buffers = new();
    private readonly TimeSpan _idleTimeout;
    private readonly bool _hasContext;
    private readonly CancellationToken _cut;

    /// <summary>A connection that has chosen.</summary>
    /// <param name="negotiation">What was agreed.</param>
    /// <param name="ends">Where the client is, and what it sends.</param>
    /// <param name="options">What it may do.</param>
    /// <param name="client">What is told of it.</param>
    /// <param name="cut">Ends everything at once, answered or not.</param>
    public ServerSession(
        ServerNegotiation negotiation,
        (Stream Stream, NbdReader Reader) ends,
        NbdServerOptions options,
        ServedClient client,
        CancellationToken cut)
    {
        _export = negotiation.Chosen!;
        _hasContext = negotiation.HasContext;
        _client = client;
        _reader = ends.Reader;
        _replies = new ReplyWriter(ends.Stream, negotiation.IsStructured, cut);
        _limits = new RequestLimits(options.MaxRequests, options.MaxRequestBytes);
        _idleTimeout = options.IdleTimeout;
        _cut = cut;
    }

    public void Dispose() => _replies.Dispose();

    /// <summary>Serves until the client goes, or is told to.</summary>
    /// <param name="drain">No more requests are read; those that were are done and answered.</param>
    /// <exception cref="NbdProtocolException">The client does not keep to the protocol.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    /// <exception cref="OperationCanceledException">It was drained or cut.</exception>
    public async Task RunAsync(CancellationToken drain)
    {
        _export.Epochs.Add(this);
        try
        {
            while (await NextAsync(drain).ConfigureAwait(false) is { } request)
            {
                await BeginAsync(request).ConfigureAwait(false);
            }
        }
        finally
        {
            await _limits.EmptyAsync().ConfigureAwait(false);
            _export.Epochs.Remove(this);
        }
    }

    /// <summary>The next request; null at the end.</summary>
    private async ValueTask<NbdRequestHeader?> NextAsync(CancellationToken drain)
    {
        if (_idleTimeout == Timeout.InfiniteTimeSpan)
        {
            return await ReadAsync(drain).ConfigureAwait(false);
        }

        using var idle = CancellationTokenSource.CreateLinkedTokenSource(drain);
        var watch = TimeProvider.System.CreateTimer(
            _ => EndIfIdle(idle), null, _idleTimeout, _idleTimeout);
        await using (watch.ConfigureAwait(false))
        {
            return await ReadAsync(idle.Token).ConfigureAwait(false);
        }
    }

    private async ValueTask<NbdRequestHeader?> ReadAsync(CancellationToken stop)
    {
        if (await _reader.IsAtEndAsync(stop).ConfigureAwait(false))
        {
            return null;
        }

        var bytes = await _reader.TakeAsync(NbdRequestHeader.Size, stop).ConfigureAwait(false);
        var request = NbdRequestHeader.Read(bytes.Span);
        return request.Command == NbdCommand.Disconnect ? null : request;
    }

    /// <summary>A client that waits for an answer is not idle.</summary>
    private void EndIfIdle(CancellationTokenSource idle)
    {
        if (_limits.Count == 0)
        {
            idle.Cancel();
        }
    }

    private async ValueTask BeginAsync(NbdRequestHeader request)
    {
        var error = RequestRules.Check(request, _export, _hasContext);
        var carries = request.Command == NbdCommand.Write;
        var isTooLong = request.Length > _export.Sizes.Maximum
            && request.Command is NbdCommand.Read or NbdCommand.Write;
        if (carries && request.Length > NbdLimits.MaxPayload)
        {
            throw new NbdProtocolException(
                $"a write has {request.Length} bytes, more than {NbdLimits.MaxPayload}");
        }

        if (error != NbdError.None || isTooLong)
        {
            await RefuseAsync(request, error != NbdError.None ? error : NbdError.Invalid).ConfigureAwait(false);
            return;
        }

        var holds = request.Command is NbdCommand.Read or NbdCommand.Write ? request.Length : 0;
        await _limits.EnterAsync(holds).ConfigureAwait(false);
        TransferBuffer? buffer = null;
        try
        {
            buffer = holds > 0 ? _buffers.Take((int)holds) : null;
            if (carries)
            {
                await _reader.ReadAsync(buffer!.Data((int)holds), _cut).ConfigureAwait(false);
            }
        }
        catch
        {
            _limits.Leave(holds);
            throw;
        }

        _client.Began();
        _ = ServeAsync(request, buffer, holds);
    }

    private async ValueTask RefuseAsync(NbdRequestHeader request, NbdError error)
    {
        if (request.Command == NbdCommand.Write)
        {
            await _reader.SkipAsync(request.Length, _cut).ConfigureAwait(false);
        }

        await _replies.EndAsync(request.Cookie, error).ConfigureAwait(false);
    }

    /// <summary>Does one request and answers it, also where the device failed in a way that it should not.</summary>
    private async Task ServeAsync(NbdRequestHeader request, TransferBuffer? buffer, long holds)
    {
        try
        {
            await DoAsync(request, buffer).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            await FailAsync(request, failure).ConfigureAwait(false);
        }
        finally
        {
            _client.Answered(request);
            if (buffer is not null)
            {
                _buffers.Return(buffer);
            }

            _limits.Leave(holds);
        }
    }

    private ValueTask FailAsync(NbdRequestHeader request, Exception failure)
    {
        var offset = failure is DeviceException { Offset: { } at }
            && (ulong)at >= request.Offset
            && (ulong)at < request.Offset + request.Length
                ? (long?)at
                : null;
        return _replies.FailAsync(request.Cookie, RequestRules.Of(failure), failure.Message, offset);
    }

    private async ValueTask DoAsync(NbdRequestHeader request, TransferBuffer? buffer)
    {
        var device = _export.Device;
        var (offset, length) = ((long)request.Offset, (int)Math.Min(request.Length, int.MaxValue));
        switch (request.Command)
        {
            case NbdCommand.Read:
                await device.ReadAsync(offset, buffer!.Data(length), default).ConfigureAwait(false);
                await _replies.DataAsync(request, buffer).ConfigureAwait(false);
                return;
            case NbdCommand.Write:
                var durability = IsForced(request) ? WriteDurability.Durable : WriteDurability.Cached;
                await device.WriteAsync(offset, buffer!.Data(length), durability, default).ConfigureAwait(false);
                break;
            case NbdCommand.Flush:
                await _export.Epochs.FlushAsync(this).ConfigureAwait(false);
                break;
            case NbdCommand.Trim:
                await DiscardAsync(request).ConfigureAwait(false);
                break;
            case NbdCommand.WriteZeroes:
                await ZeroAsync(request).ConfigureAwait(false);
                break;
            default:
                await _replies.ExtentsAsync(request.Cookie, await StatusAsync(request).ConfigureAwait(false))
                    .ConfigureAwait(false);
                return;
        }

        await _replies.EndAsync(request.Cookie, NbdError.None).ConfigureAwait(false);
    }

    private static bool IsForced(NbdRequestHeader request) => request.Flags.HasFlag(NbdCommandFlags.Fua);

    private async ValueTask DiscardAsync(NbdRequestHeader request)
    {
        try
        {
            await _export.Device.DiscardAsync((long)request.Offset, request.Length, default).ConfigureAwait(false);
        }
        catch (DeviceException refusal) when (refusal.Kind == DeviceErrorKind.NotSupported)
        {
            // Nothing relies on a discard.
        }

        await ForceAsync(request).ConfigureAwait(false);
    }

    private async ValueTask ZeroAsync(NbdRequestHeader request)
    {
        var device = _export.Device;
        var (offset, end) = ((long)request.Offset, (long)request.Offset + request.Length);
        if (!request.Flags.HasFlag(NbdCommandFlags.NoHole))
        {
            await device.WriteZeroesAsync(offset, request.Length, default).ConfigureAwait(false);
        }

        // A device's own command may deallocate, which the client does not want.
        for (; offset < end && request.Flags.HasFlag(NbdCommandFlags.NoHole); offset += ZeroPages.Memory.Length)
        {
            var zeros = ZeroPages.Memory[..(int)Math.Min(ZeroPages.Memory.Length, end - offset)];
            await device.WriteAsync(offset, zeros, WriteDurability.Cached, default).ConfigureAwait(false);
        }

        await ForceAsync(request).ConfigureAwait(false);
    }

    private ValueTask ForceAsync(NbdRequestHeader request) =>
        IsForced(request) ? _export.Epochs.FlushAsync(this) : default;

    private async ValueTask<IReadOnlyList<NbdExtent>> StatusAsync(NbdRequestHeader request)
    {
        var parts = await _export.Device
            .GetBlockStatusAsync((long)request.Offset, request.Length, default).ConfigureAwait(false);
        var most = request.Flags.HasFlag(NbdCommandFlags.RequestOne) ? 1 : NbdLimits.MaxExtents;
        return
        [
            .. parts.Take(most)
                .Select(static part => new NbdExtent((uint)part.Length, RequestRules.Of(part.Status))),
        ];
    }
}
