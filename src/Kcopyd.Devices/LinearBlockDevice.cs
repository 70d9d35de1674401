namespace Kcopyd.Devices;

/// <summary>Parts of other devices, one after the other, as one device.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>A request that crosses a seam is split; the pieces are done in order, and the first that fails ends it.</item>
/// <item>A flush goes to every device; the write epoch ends when that of any part does.</item>
/// <item>It can what all of its parts can, and is read-only where one is. Its block size is the largest of
/// theirs.</item>
/// <item>Only the last part may end within a sector.</item>
/// <item>Errors name this device and the position in it, and say in the reason which part failed and where.</item>
/// </list>
/// </remarks>
public class LinearBlockDevice : IBlockDevice
{
    private readonly CallGate _gate = new();
    private readonly LinearEpochs _epochs;
    private readonly bool _ownsDevices;

    private protected LinearBlockDevice(string uri, IReadOnlyList<IoRegion> parts, bool ownsDevices)
    {
        Layout = new LinearLayout(uri, parts);
        _epochs = new LinearEpochs(Layout.Devices);
        _ownsDevices = ownsDevices;
    }

    private protected delegate ValueTask PieceCall<TState>(
        LinearPiece piece, TState state, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public BlockDeviceIdentity Identity => Layout.Identity;

    /// <inheritdoc/>
    public BlockDeviceGeometry Geometry => Layout.Geometry;

    /// <inheritdoc/>
    public long WriteEpoch => _epochs.Current;

    private protected LinearLayout Layout { get; }

    private string Uri => Layout.Identity.Uri;

    /// <summary>Makes one; an <see cref="IInlineBlockDevice"/> where every part is on one.</summary>
    /// <param name="uri">What messages and the identity call it.</param>
    /// <param name="parts">At least one; a device may occur more than once.</param>
    /// <param name="ownsDevices">Whether disposing it disposes the devices. If making it fails they are left
    /// alone.</param>
    /// <exception cref="DeviceException">The parts do not fit together; the reason names the part.</exception>
    public static LinearBlockDevice Create(string uri, IReadOnlyList<IoRegion> parts, bool ownsDevices)
    {
        ArgumentNullException.ThrowIfNull(uri);
        ArgumentNullException.ThrowIfNull(parts);
        return parts.All(part => part.Device is IInlineBlockDevice)
            ? new InlineLinearBlockDevice(uri, parts, ownsDevices)
            : new LinearBlockDevice(uri, parts, ownsDevices);
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await SplitAsync(
            new LinearRequest(DeviceOperation.Read, offset, buffer.Length),
            buffer,
            static (piece, all, token) => piece.Device.ReadAsync(
                piece.Offset, all.Slice(piece.At, (int)piece.Length), token),
            cancellationToken).ConfigureAwait(false);
        buffer.Span[(int)BlockRequest.ValidBytes(Geometry, offset, buffer.Length)..].Clear();
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken) =>
        SplitAsync(
            new LinearRequest(DeviceOperation.Write, offset, buffer.Length),
            (buffer, durability),
            static (piece, all, token) => piece.Device.WriteAsync(
                piece.Offset, all.buffer.Slice(piece.At, (int)piece.Length), all.durability, token),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) => SplitAsync(
        new LinearRequest(DeviceOperation.WriteZeroes, offset, length),
        0,
        static (piece, _, token) => piece.Device.WriteZeroesAsync(piece.Offset, piece.Length, token),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) => SplitAsync(
        new LinearRequest(DeviceOperation.Discard, offset, length),
        0,
        static (piece, _, token) => piece.Device.DiscardAsync(piece.Offset, piece.Length, token),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken) => SplitAsync(
        new LinearRequest(DeviceOperation.BlockStatus, offset, length),
        0,
        static (piece, _, token) => piece.Device.DropCacheAsync(piece.Offset, piece.Length, token),
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _gate.Enter(Uri, DeviceOperation.Flush);
        try
        {
            if (_epochs.PartsOf(writeEpoch) is not { } parts)
            {
                throw WriteEpochs.Lost(Uri);
            }

            // Once one part is being flushed, all are: a flush that stopped half-way would say nothing about any of
            // them.
            var flushes = Layout.Devices.Select(
                (device, i) => device.FlushAsync(parts[i], CancellationToken.None).AsTask());
            await Task.WhenAll(flushes).ConfigureAwait(false);
        }
        catch (DeviceException failure) when (failure.Device != Uri)
        {
            _epochs.End(writeEpoch);
            throw Translate(failure, DeviceOperation.Flush, failure.Offset);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    /// <remarks>The answer ends at the first seam at the latest.</remarks>
    public async ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken)
    {
        _gate.Enter(Uri, DeviceOperation.BlockStatus);
        try
        {
            BlockRequest.CheckBounds(Uri, DeviceOperation.BlockStatus, Geometry, offset, length);
            if (length == 0 || offset >= Geometry.LengthBytes)
            {
                return length == 0 ? [] : [new BlockExtent(offset, length, BlockStatus.Zero)];
            }

            var piece = PieceAt(offset, offset, length);
            var extents = await piece.Device.GetBlockStatusAsync(piece.Offset, piece.Length, cancellationToken)
                .ConfigureAwait(false);
            return [.. extents.Select(extent => extent with { Offset = extent.Offset - piece.Offset + offset })];
        }
        catch (DeviceException failure) when (failure.Device != Uri)
        {
            throw Translate(failure, DeviceOperation.BlockStatus, offset);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public async ValueTask ConfirmAsync(CancellationToken cancellationToken)
    {
        _gate.Enter(Uri, DeviceOperation.Confirm);
        try
        {
            foreach (var device in Layout.Devices)
            {
                await device.ConfirmAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (DeviceException failure) when (failure.Device != Uri)
        {
            throw Translate(failure, DeviceOperation.Confirm, failure.Offset);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<StorageExtent> Locate(long offset, long length)
    {
        BlockRequest.CheckBounds(Uri, DeviceOperation.Open, Geometry, offset, length);
        List<StorageExtent> extents = [];
        var end = Math.Min(offset + length, Geometry.LengthBytes);
        for (var at = offset; at < end;)
        {
            var piece = PieceAt(offset, at, end - at);
            extents.AddRange(piece.Device.Locate(piece.Offset, piece.Length));
            at += piece.Length;
        }

        return extents;
    }

    /// <summary>Waits for the calls inside, then disposes the devices if they are its own. Harmless to
    /// repeat.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _gate.CloseAsync().ConfigureAwait(false);
        if (_ownsDevices)
        {
            foreach (var device in Layout.Devices)
            {
                await device.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Checks a request and lets it in; who was let in calls <see cref="Leave"/>.</summary>
    private protected void Enter(LinearRequest request)
    {
        _gate.Enter(Uri, request.Operation);
        try
        {
            if (request.Operation is DeviceOperation.Read)
            {
                BlockRequest.Check(Uri, request.Operation, Geometry, request.Offset, request.Length);
            }
            else if (request.Operation is DeviceOperation.BlockStatus)
            {
                BlockRequest.CheckBounds(Uri, request.Operation, Geometry, request.Offset, request.Length);
            }
            else
            {
                BlockRequest.CheckWrite(Uri, request.Operation, Geometry, request.Offset, request.Length);
            }
        }
        catch
        {
            _gate.Exit();
            throw;
        }
    }

    private protected void Leave() => _gate.Exit();

    /// <summary>The piece of a request from a position on that one part has.</summary>
    private protected LinearPiece PieceAt(long requestOffset, long offset, long length)
    {
        var part = Layout.PartAt(offset);
        return new LinearPiece(
            part.Device,
            offset - part.Start + part.DeviceStart,
            Math.Min(length, part.End - offset),
            (int)Math.Min(offset - requestOffset, int.MaxValue));
    }

    /// <summary>A part's failure as this device's.</summary>
    private protected DeviceException Translate(DeviceException failure, DeviceOperation operation, long? offset) =>
        new(Uri, operation, failure.Kind, failure.Message, failure)
        {
            Offset = offset,
            Errno = failure.Errno,
            IsTransient = failure.IsTransient,
        };

    private async ValueTask SplitAsync<TState>(
        LinearRequest request, TState state, PieceCall<TState> call, CancellationToken cancellationToken)
    {
        Enter(request);
        var at = request.Offset;
        LinearPiece piece = default;
        try
        {
            var end = Math.Min(request.End, Geometry.LengthBytes);
            while (at < end)
            {
                piece = PieceAt(request.Offset, at, end - at);
                await call(piece, state, cancellationToken).ConfigureAwait(false);
                at += piece.Length;
            }
        }
        catch (DeviceException failure)
        {
            throw Translate(failure, request.Operation, piece.Translate(failure.Offset, at));
        }
        finally
        {
            Leave();
        }
    }
}
