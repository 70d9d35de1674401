using System.Runtime.ExceptionServices;
using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Serving;

/// <summary>The requests of one connection, from the choice of an export to its end.</summary>
/// <remarks>Requests are read one after the other. What is processor work is done at once, on this thread, everything
/// else side by side; each is answered when it is done.</remarks>
internal sealed class ServerSession : IDisposable
{
    private readonly ServedExport _export;
    private readonly IInlineBlockDevice? _inline;
    private readonly BlockingStream _socket;
    private readonly ServedClient _client;
    private readonly NbdReader _reader;
    private readonly ReplyWriter _replies;
    private readonly RequestLimits _limits;
    private readonly TransferBuffers _buffers = new();
    private readonly IdleWatch? _idle;
    private readonly bool _hasContext;

    /// <summary>A connection that has chosen. On its own thread.</summary>
    /// <param name="negotiation">What was agreed.</param>
    /// <param name="socket">Where the client is.</param>
    /// <param name="ends">What goes to it, encrypted or not, and what comes from it.</param>
    /// <param name="options">What it may do.</param>
    /// <param name="client">What is told of it.</param>
    public ServerSession(
        ServerNegotiation negotiation,
        BlockingStream socket,
        (Stream Stream, NbdReader Reader) ends,
        NbdServerOptions options,
        ServedClient client)
    {
        _export = negotiation.Chosen!;
        _inline = _export.Device is IInlineBlockDevice { WaitsForMedium: false } inline ? inline : null;
        _hasContext = negotiation.HasContext;
        _socket = socket;
        _client = client;
        _reader = ends.Reader;
        _replies = new ReplyWriter(ends.Stream, negotiation.IsStructured);
        _limits = new RequestLimits(options.MaxRequests, options.MaxRequestBytes);
        _idle = options.IdleTimeout == Timeout.InfiniteTimeSpan
            ? null
            : new IdleWatch(options.IdleTimeout, client, socket.EndReading);
    }

    public void Dispose() => _idle?.Dispose();

    /// <summary>Serves until the client goes, or nothing more can be read from it.</summary>
    /// <param name="drain">Whether that was wanted: what was read by then is done and answered.</param>
    /// <exception cref="NbdProtocolException">The client does not keep to the protocol.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    public void Run(CancellationToken drain)
    {
        _export.Epochs.Add(this);
        _socket.Reading = _replies.Flush;
        try
        {
            while (!drain.IsCancellationRequested && Next() is { } request)
            {
                Begin(request);
            }
        }
        catch (Exception end) when (end is NbdProtocolException or IOException
            && (drain.IsCancellationRequested || _idle?.HasEnded == true))
        {
            // A request that was not read to its end has no reply: of a write the first bytes may be there. TLS has
            // another word for that end.
        }
        finally
        {
            _replies.Flush();
            OwnThread.Wait(new ValueTask(_limits.EmptyAsync()));
            _replies.Close();
            _export.Epochs.Remove(this);
        }
    }

    /// <summary>The next request; null at the end.</summary>
    private NbdRequestHeader? Next()
    {
        _idle?.Begin();
        if (OwnThread.Wait(_reader.IsAtEndAsync(NbdRequestHeader.Size, default)))
        {
            return null;
        }

        var bytes = OwnThread.Wait(_reader.TakeAsync(NbdRequestHeader.Size, default));
        var request = NbdRequestHeader.Read(bytes.Span);
        _reader.Expect(request.Command == NbdCommand.Write ? request.Length : 0);
        return request.Command == NbdCommand.Disconnect ? null : request;
    }

    private void Begin(NbdRequestHeader request)
    {
        if (request is { Command: NbdCommand.Write, Length: > NbdLimits.MaxPayload })
        {
            throw new NbdProtocolException(
                $"a write has {request.Length} bytes, more than {NbdLimits.MaxPayload}");
        }

        if (ErrorOf(request) is var error and not NbdError.None)
        {
            Refuse(request, error);
            return;
        }

        var holds = request.Command is NbdCommand.Read or NbdCommand.Write ? request.Length : 0;
        Enter(holds);
        TransferBuffer? buffer = null;
        try
        {
            buffer = holds > 0 ? _buffers.Take((int)holds) : null;
            if (request.Command == NbdCommand.Write)
            {
                Receive(request, buffer!);
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

    /// <summary>Receives what is to be written; where that is processor work, it is written then.</summary>
    private void Receive(NbdRequestHeader request, TransferBuffer buffer)
    {
        var data = buffer.Data((int)request.Length);
        if (IsWrittenOnArrival(request))
        {
            buffer.Failure = ArrivingWrite.Run(_reader, _inline!, (long)request.Offset, data);
        }
        else
        {
            OwnThread.Wait(_reader.ReadAsync(data, default));
        }
    }

    private bool IsWrittenOnArrival(NbdRequestHeader request) =>
        request.Command == NbdCommand.Write && _inline is not null && !IsForced(request);

    private NbdError ErrorOf(NbdRequestHeader request)
    {
        var error = RequestRules.Check(request, _export, _hasContext);
        var isTooLong = request.Length > _export.Sizes.Maximum
            && request.Command is NbdCommand.Read or NbdCommand.Write;
        return error == NbdError.None && isTooLong ? NbdError.Invalid : error;
    }

    /// <summary>Waits until the request may begin.</summary>
    private void Enter(long holds)
    {
        var entered = _limits.EnterAsync(holds);
        if (!entered.IsCompleted)
        {
            _replies.Flush();
        }

        OwnThread.Wait(entered);
    }

    private void Refuse(NbdRequestHeader request, NbdError error)
    {
        if (request.Command == NbdCommand.Write)
        {
            OwnThread.Wait(_reader.SkipAsync(request.Length, default));
        }

        OwnThread.Wait(_replies.EndAsync(request.Cookie, error));
    }

    /// <summary>Does one request and answers it, also where the device failed in a way that it should not.</summary>
    private async Task ServeAsync(NbdRequestHeader request, TransferBuffer? buffer, long holds)
    {
        Exception? cause = null;
        try
        {
            if (!TryDo(request, buffer))
            {
                await DoAsync(request, buffer).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // a client that gets no answer waits for ever
        catch (Exception failure)
#pragma warning restore CA1031
        {
            cause = failure;
            await TryFailAsync(request, failure).ConfigureAwait(false);
        }
        finally
        {
            _idle?.Begin();
            _client.Answered(request, cause);
            if (buffer is not null)
            {
                _buffers.Return(buffer);
            }

            _limits.Leave(holds);
        }
    }

    /// <summary>Answers that it failed; who cannot even be told is cut off.</summary>
    private async ValueTask TryFailAsync(NbdRequestHeader request, Exception failure)
    {
        try
        {
            await FailAsync(request, failure).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever it is
        catch (Exception)
#pragma warning restore CA1031
        {
            _socket.EndAll();
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

    /// <summary>Does what is processor work, and answers it.</summary>
    /// <returns>Whether that was all.</returns>
    private bool TryDo(NbdRequestHeader request, TransferBuffer? buffer)
    {
        var (offset, length) = ((long)request.Offset, (int)Math.Min(request.Length, int.MaxValue));
        switch (request.Command)
        {
            case NbdCommand.Read when _inline?.TryRead(offset, buffer!.Data(length).Span) == true:
                OwnThread.Wait(_replies.DataAsync(request, buffer!));
                return true;
            case NbdCommand.Write when IsWrittenOnArrival(request):
                if (buffer!.Failure is { } failure)
                {
                    ExceptionDispatchInfo.Throw(failure);
                }

                OwnThread.Wait(_replies.EndAsync(request.Cookie, NbdError.None));
                return true;
            default:
                return false;
        }
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
                await _export.Epochs.FlushAsync(this, tells: true).ConfigureAwait(false);
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
        IsForced(request) ? _export.Epochs.FlushAsync(this, tells: false) : default;

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
