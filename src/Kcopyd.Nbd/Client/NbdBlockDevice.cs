using System.Collections.Immutable;
using System.Globalization;
using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Client;

/// <summary>An export of an NBD server as a device.</summary>
/// <remarks>
/// <para>
/// Several connections are used where the server promises that a flush of one covers all. A connection that is lost
/// ends the write epoch, if something was written since the last flush, and is made again, for a time; requests under
/// way are asked again. An export that came back with another size, or that can do less, is another device
/// (<see cref="DeviceErrorKind.Vanished"/>).
/// </para>
/// <para>A server that takes no flushes makes no promise; flushing it does nothing.</para>
/// </remarks>
public sealed class NbdBlockDevice : IBlockDevice
{
    /// <summary>Why what was written before may be gone.</summary>
    private const string ConnectionLost =
        "the connection to the server was lost, and with it maybe what the server had not flushed";

    /// <summary>The longest piece of what carries no data: 128 MiB, a multiple of every block, which also a server that
    /// has to write zeros does in a while.</summary>
    private const long LongestPiece = 128L << 20;

    private readonly NbdUri _uri;
    private readonly NbdTerms _terms;
    private readonly UnflushedChanges _changes = new();
    private readonly WriteEpochs _epochs = new();
    private readonly CallGate _gate = new();
    private readonly NbdLines _lines;
    private readonly int _maxBytes;
    private int _isDisposed;

    private NbdBlockDevice(NbdUri uri, NbdTerms terms, NbdClientOptions options, bool isWritable)
    {
        (_uri, _terms) = (uri, terms);
        IsWritable = isWritable && !terms.Can(NbdTransmissionFlags.ReadOnly);
        _maxBytes = NbdPieces.LongestOf(terms.Sizes);

        // A server that promises nothing may also have a limit, and let the second one wait for the end of the first.
        var count = terms.Can(NbdTransmissionFlags.CanMultiConn) ? options.Connections : 1;
        var outages = new OutageTeller(uri, options.ServerAway);
        _lines = new NbdLines(Enumerable.Range(0, count).Select(_ => new NbdLine(uri, options, terms, outages, Lost)));
        Geometry = new BlockDeviceGeometry(
            terms.Size.LengthBytes,
            (int)terms.Sizes.Minimum,
            (int)Math.Min(terms.Sizes.Preferred, 1 << 20),
            !IsWritable,
            terms.Abilities);
        Identity = new BlockDeviceIdentity(
            uri.Text,
            terms.Size.LengthBytes,
            ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)
                .Add("export", uri.Export)
                .Add("size", terms.Size.LengthBytes.ToString(CultureInfo.InvariantCulture)));
    }

    /// <inheritdoc/>
    public BlockDeviceIdentity Identity { get; }

    /// <inheritdoc/>
    public BlockDeviceGeometry Geometry { get; }

    /// <inheritdoc/>
    public long WriteEpoch => _epochs.Current;

    private bool IsWritable { get; }

    private string Uri => _uri.Text;

    /// <summary>Connects to a server and takes an export.</summary>
    /// <param name="uri">As <c>nbd://HOST[:PORT]/EXPORT</c> or <c>nbd+unix:///EXPORT?socket=PATH</c>.</param>
    /// <param name="access">Whether it is to be written.</param>
    /// <param name="options">How it is used; null: the defaults.</param>
    /// <param name="cancellationToken">Stops connecting.</param>
    /// <returns>The device, which the caller disposes.</returns>
    /// <exception cref="DeviceException">The URI is none, the server cannot be reached or is none, or it has no such
    /// export, or one that cannot be written.</exception>
    public static Task<NbdBlockDevice> OpenAsync(
        string uri, BlockDeviceAccess access, NbdClientOptions? options, CancellationToken cancellationToken) =>
        OpenAsync(NbdUri.Parse(uri), access, options ?? new NbdClientOptions(), null, cancellationToken);

    /// <summary>Takes an export.</summary>
    /// <param name="uri">Where.</param>
    /// <param name="access">Whether it is to be written.</param>
    /// <param name="options">How it is used.</param>
    /// <param name="open">A connection to it, which is the device's from here on; null: it makes one.</param>
    /// <param name="cancellationToken">Stops connecting.</param>
    /// <exception cref="DeviceException">As above.</exception>
    internal static async Task<NbdBlockDevice> OpenAsync(
        NbdUri uri,
        BlockDeviceAccess access,
        NbdClientOptions options,
        NbdConnection? open,
        CancellationToken cancellationToken)
    {
        var connection = open ?? await ConnectAsync(uri, options, cancellationToken).ConfigureAwait(false);
        if (access == BlockDeviceAccess.ReadWrite && connection.Terms.Can(NbdTransmissionFlags.ReadOnly))
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw new DeviceException(
                uri.Text, DeviceOperation.Open, DeviceErrorKind.ReadOnly, "the server gives it for reading only");
        }

        var device = new NbdBlockDevice(uri, connection.Terms, options, access == BlockDeviceAccess.ReadWrite);
        device._lines.Begin(connection);
        return device;
    }

    /// <summary>Connects to a server and takes an export.</summary>
    /// <exception cref="DeviceException">The server cannot be reached or is none, or it has no such export.</exception>
    internal static async Task<NbdConnection> ConnectAsync(
        NbdUri uri, NbdClientOptions options, CancellationToken cancellationToken)
    {
        options.Check();
        try
        {
            return await NbdConnection.ConnectAsync(uri, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
            when (NbdFailures.IsOfConnecting(failure) && !cancellationToken.IsCancellationRequested)
        {
            throw NbdFailures.Of(uri.Text, options, failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        RunAsync(new NbdCall(DeviceOperation.Read, cancellationToken), async call =>
        {
            BlockRequest.Check(Uri, DeviceOperation.Read, Geometry, offset, buffer.Length);
            var valid = (int)BlockRequest.ValidBytes(Geometry, offset, buffer.Length);
            buffer.Span[valid..].Clear();
            var line = _lines.Next();
            var (place, answer) = await NbdPieces
                .AskAsync(valid, _maxBytes, (done, piece) => line.AskAsync(
                    Request(NbdCommand.Read, offset + done, piece), default, buffer.Slice(done, piece), call))
                .ConfigureAwait(false);
            Demand(DeviceOperation.Read, offset + place, answer);
        });

    /// <inheritdoc/>
    public ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken) =>
        ChangeAsync(new NbdCall(DeviceOperation.Write, cancellationToken), async call =>
        {
            BlockRequest.CheckWrite(Uri, DeviceOperation.Write, Geometry, offset, buffer.Length);
            var isDurable = durability == WriteDurability.Durable;
            var epoch = WriteEpoch;
            var flags = isDurable && _terms.Can(NbdTransmissionFlags.SendFua) ? NbdCommandFlags.Fua : 0;
            var valid = (int)BlockRequest.ValidBytes(Geometry, offset, buffer.Length);
            var line = _lines.Next();
            var (place, answer) = await NbdPieces
                .AskAsync(valid, _maxBytes, (done, piece) => line.AskAsync(
                    Request(NbdCommand.Write, offset + done, piece) with { Flags = flags },
                    buffer.Slice(done, piece),
                    default,
                    call))
                .ConfigureAwait(false);
            Demand(DeviceOperation.Write, offset + place, answer);
            if (isDurable && flags == 0)
            {
                await FlushAsync(epoch, call).ConfigureAwait(false);
            }
        });

    /// <inheritdoc/>
    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        ChangeAsync(new NbdCall(DeviceOperation.WriteZeroes, cancellationToken), async call =>
        {
            BlockRequest.CheckWrite(Uri, DeviceOperation.WriteZeroes, Geometry, offset, length);
            var hasCommand = _terms.Can(NbdTransmissionFlags.SendWriteZeroes);
            var longest = hasCommand ? LongestPiece : Math.Min(ZeroPages.Memory.Length, _maxBytes);
            await InPiecesAsync(offset, length, longest, async (at, piece) =>
            {
                var request = Request(hasCommand ? NbdCommand.WriteZeroes : NbdCommand.Write, at, piece);
                var zeros = hasCommand ? default : ZeroPages.Memory[..(int)piece];
                Demand(
                    DeviceOperation.WriteZeroes,
                    at,
                    await _lines.Next().AskAsync(request, zeros, default, call).ConfigureAwait(false));
            }).ConfigureAwait(false);
        });

    /// <inheritdoc/>
    public ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) =>
        ChangeAsync(new NbdCall(DeviceOperation.Discard, cancellationToken), async call =>
        {
            BlockRequest.CheckWrite(Uri, DeviceOperation.Discard, Geometry, offset, length);
            if (!_terms.Can(NbdTransmissionFlags.SendTrim))
            {
                throw new DeviceException(
                    Uri, DeviceOperation.Discard, DeviceErrorKind.NotSupported, "the server takes no discards");
            }

            await InPiecesAsync(offset, length, LongestPiece, async (at, piece) =>
            {
                var request = Request(NbdCommand.Trim, at, piece);
                Demand(
                    DeviceOperation.Discard,
                    at,
                    await _lines.Next().AskAsync(request, default, default, call).ConfigureAwait(false));
            }).ConfigureAwait(false);
        });

    /// <inheritdoc/>
    public ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken) =>
        RunAsync(new NbdCall(DeviceOperation.Flush, cancellationToken), call => FlushAsync(writeEpoch, call));

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken)
    {
        IReadOnlyList<BlockExtent> extents = [];
        await RunAsync(new NbdCall(DeviceOperation.BlockStatus, cancellationToken), async call =>
        {
            BlockRequest.CheckBounds(Uri, DeviceOperation.BlockStatus, Geometry, offset, length);
            var valid = BlockRequest.ValidBytes(Geometry, offset, length);
            if (_terms.AllocationContext is null || valid == 0)
            {
                extents = ToldExtents.Unknown(offset, length);
                return;
            }

            // Servers may want whole blocks also here; what lies before the range is cut off again.
            var start = offset / Geometry.LogicalBlockSize * Geometry.LogicalBlockSize;
            var end = BlockRequest.RoundUp(offset + valid, Geometry.LogicalBlockSize);
            var count = Math.Min(Math.Min(end, Geometry.LengthBytes) - start, LongestPiece);
            var answer = await _lines.Next()
                .AskAsync(Request(NbdCommand.BlockStatus, start, count), default, default, call)
                .ConfigureAwait(false);
            Demand(DeviceOperation.BlockStatus, offset, answer);
            extents = ToldExtents.Within(answer.Extents, offset, offset + valid) is { Count: > 0 } told
                ? told
                : ToldExtents.Unknown(offset, length);
        }).ConfigureAwait(false);
        return extents;
    }

    /// <summary>Does nothing: what the server keeps in memory is its own affair.</summary>
    public ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public ValueTask ConfirmAsync(CancellationToken cancellationToken) =>
        RunAsync(new NbdCall(DeviceOperation.Read, cancellationToken), async call =>
        {
            // Whoever answers is the export that was opened, or one that could not be told from it.
            var block = (int)Math.Min(Geometry.LengthBytes, Geometry.LogicalBlockSize);
            if (block == 0)
            {
                return;
            }

            var request = Request(NbdCommand.Read, 0, block);
            var answer = await _lines.Next().AskAsync(request, default, new byte[block], call)
                .ConfigureAwait(false);
            Demand(DeviceOperation.Read, 0, answer);
        });

    /// <inheritdoc/>
    public IReadOnlyList<StorageExtent> Locate(long offset, long length)
    {
        BlockRequest.CheckBounds(Uri, DeviceOperation.Open, Geometry, offset, length);
        return Locate(_uri, offset, length);
    }

    /// <summary>Where bytes of an export are.</summary>
    internal static IReadOnlyList<StorageExtent> Locate(NbdUri uri, long offset, long length)
    {
        var place = uri.Socket ?? $"{uri.Host}:{uri.Port}";
        return length == 0 ? [] : [new StorageExtent($"nbd:{place}/{uri.Export}", offset, length)];
    }

    /// <summary>Waits for the calls inside and says goodbye to the server. Calls that have lost their connection fail:
    /// none is made any more. What was not flushed is the server's affair. Harmless to repeat.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _lines.Close();
        await _gate.CloseAsync().ConfigureAwait(false);
        await _lines.DisposeAsync().ConfigureAwait(false);
    }

    private static NbdRequestHeader Request(NbdCommand command, long offset, long length) =>
        new(NbdCommandFlags.None, command, 0, (ulong)offset, (uint)length);

    /// <summary>A connection is lost, and with it what was not flushed, if there is any.</summary>
    private void Lost()
    {
        if (_changes.AreThere)
        {
            _epochs.End(ConnectionLost);
        }

        if (Volatile.Read(ref _isDisposed) == 0)
        {
            NbdMetrics.CountLoss();
        }
    }

    private async ValueTask ChangeAsync(NbdCall call, Func<NbdCall, ValueTask> change)
    {
        _changes.Begin();
        await RunAsync(call, change).ConfigureAwait(false);
        _changes.End();
    }

    private void Demand(DeviceOperation operation, long offset, NbdAnswer answer)
    {
        if (answer.Error != NbdError.None)
        {
            throw NbdFailures.Of(Uri, operation, offset, answer);
        }
    }

    private async ValueTask InPiecesAsync(long offset, long length, long longest, Func<long, long, ValueTask> run)
    {
        var end = offset + BlockRequest.ValidBytes(Geometry, offset, length);
        for (var at = offset; at < end;)
        {
            var piece = Math.Min(longest, end - at);
            await run(at, piece).ConfigureAwait(false);
            at += piece;
        }
    }

    private async ValueTask FlushAsync(long writeEpoch, NbdCall call)
    {
        _epochs.Check(Uri, writeEpoch);
        if (!_terms.Can(NbdTransmissionFlags.SendFlush))
        {
            return;
        }

        var changes = _changes.Now;
        NbdAnswer answer;
        try
        {
            answer = await _lines.FlushAsync(call).ConfigureAwait(false);
        }
        catch (NbdDisconnectedException)
        {
            if (!_changes.AreThere)
            {
                // There was nothing to flush, and so nothing was lost.
                _epochs.Check(Uri, writeEpoch);
                return;
            }

            _epochs.End(ConnectionLost);
            throw _epochs.LossOf(Uri);
        }

        if (answer.Error != NbdError.None)
        {
            _epochs.End();
            throw NbdFailures.Of(Uri, DeviceOperation.Flush, 0, answer);
        }

        // Another connection may have been lost meanwhile, with what was written on it.
        _epochs.Check(Uri, writeEpoch);
        _changes.Flushed(changes);
    }

    private async ValueTask RunAsync(NbdCall call, Func<NbdCall, ValueTask> run)
    {
        call.Cancellation.ThrowIfCancellationRequested();
        _gate.Enter(Uri, call.Operation);
        try
        {
            await run(call).ConfigureAwait(false);
        }
        finally
        {
            _gate.Exit();
        }
    }
}
