namespace Kcopyd.Devices;

/// <summary>A block special file, or a regular file (<see cref="RegularFileBlockDevice"/>), buffered or past the page
/// cache.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>The last sector of a file with an odd length reads as zero-padded; only its valid bytes are ever written; no
/// call but <see cref="IResizableBlockDevice.ExtendAsync"/> changes the length.</item>
/// <item>Asynchronous calls run on threads of the device's own, at most 32; inline calls on the caller's.</item>
/// <item>Writable: exclusive (flock on a file, O_EXCL on a block device). Read only: flock shared on a file, nothing
/// on a block device.</item>
/// <item>Zeros become holes of a file, where its file system has them, and what is a hole already stays one.</item>
/// <item>Flushes, and buffered durable writes, run one at a time, and flushes that wait are made as one.</item>
/// </list>
/// </remarks>
public class FileBlockDevice : IInlineBlockDevice
{
    private readonly DeviceThreads _threads = new("kcopyd device");
    private readonly Lock _disposal = new();
    private Task? _disposed;

    private protected FileBlockDevice(FileIo io)
    {
        Io = io;
    }

    /// <inheritdoc/>
    public BlockDeviceIdentity Identity => Io.Facts.Identity;

    /// <inheritdoc/>
    public BlockDeviceGeometry Geometry => Io.Geometry;

    /// <inheritdoc/>
    public long WriteEpoch => Io.WriteEpoch;

    /// <inheritdoc/>
    public bool WaitsForMedium => Io.Facts.IsDirect;

    private protected FileIo Io { get; }

    private string Uri => Io.Facts.Identity.Uri;

    /// <summary>Opens, or creates, the file at a path. The caller owns the device.</summary>
    /// <param name="path">The path; also the device's URI.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Before the opening has begun, it is not done; after that it is waited
    /// for.</param>
    /// <exception cref="DeviceException">One sentence that says what is wrong; nothing is left open or
    /// created.</exception>
    public static ValueTask<FileBlockDevice> OpenAsync(
        string path, BlockDeviceOpenOptions options, CancellationToken cancellationToken) =>
        OpenAsync(new FileOpening(path, path, options), cancellationToken);

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer) => Io.Read(offset, buffer);

    /// <inheritdoc/>
    public bool TryRead(long offset, Span<byte> buffer) => Io.TryRead(offset, buffer);

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> buffer, WriteDurability durability) =>
        Io.Write(offset, buffer, durability);

    /// <inheritdoc/>
    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        _threads.RunAsync(
            Call(DeviceOperation.Read),
            (Io, offset, buffer),
            static (call, _) => call.Io.Read(call.offset, call.buffer.Span),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken) =>
        _threads.RunAsync(
            Call(DeviceOperation.Write),
            (Io, offset, buffer, durability),
            static (call, _) => call.Io.Write(call.offset, call.buffer.Span, call.durability),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        _threads.RunAsync(
            Call(DeviceOperation.WriteZeroes),
            (Io, offset, length),
            static (call, token) => call.Io.WriteZeroes(call.offset, call.length, token),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) => _threads.RunAsync(
        Call(DeviceOperation.Discard),
        (Io, offset, length),
        static (call, token) => call.Io.Discard(call.offset, call.length, token),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken) =>
        _threads.RunAsync(
            Call(DeviceOperation.Flush),
            (Io, writeEpoch),
            static (call, _) => call.Io.Flush(call.writeEpoch),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken) =>
        _threads.AskAsync(
            Call(DeviceOperation.BlockStatus),
            (Io, offset, length),
            static call => call.Io.GetBlockStatus(call.offset, call.length),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken) => _threads.RunAsync(
        Call(DeviceOperation.Read),
        (Io, offset, length),
        static (call, _) => call.Io.DropCache(call.offset, call.length),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask ConfirmAsync(CancellationToken cancellationToken) =>
        _threads.RunAsync(Call(DeviceOperation.Confirm), Io, static (io, _) => io.Confirm(), cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<StorageExtent> Locate(long offset, long length)
    {
        BlockRequest.CheckBounds(Uri, DeviceOperation.Open, Geometry, offset, length);
        return length == 0 ? [] : [new StorageExtent(Io.Facts.Storage, Io.Facts.StorageOffset + offset, length)];
    }

    /// <summary>Waits for the calls inside, closes the file and gives its locks back. Harmless to repeat.</summary>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        lock (_disposal)
        {
            return new ValueTask(_disposed ??= CloseAsync());
        }
    }

    internal static ValueTask<FileBlockDevice> OpenAsync(FileOpening opening, CancellationToken cancellationToken) =>
        DeviceThreads.Opening.AskAsync(
            new DeviceCall(opening.Uri, DeviceOperation.Open),
            opening,
            static asked => Create(asked.Open()),
            cancellationToken);

    /// <summary>Runs a call of a derived device where the others run.</summary>
    private protected ValueTask RunAsync<TState>(
        DeviceOperation operation,
        TState state,
        Action<TState, CancellationToken> body,
        CancellationToken cancellationToken) =>
        _threads.RunAsync(Call(operation), state, body, cancellationToken);

    private static FileBlockDevice Create(FileIo io) =>
        io.Facts.IsBlockSpecial ? new FileBlockDevice(io) : new RegularFileBlockDevice(io);

    private DeviceCall Call(DeviceOperation operation) => new(Uri, operation);

    private async Task CloseAsync()
    {
        await Io.CloseAsync().ConfigureAwait(false);
        await _threads.CloseAsync().ConfigureAwait(false);

        // Closing may write back and wait for it, so it is not done on the caller's thread either.
        await DeviceThreads.Opening.RunAsync(
            Call(DeviceOperation.Open), Io, static (io, _) => io.Release(), default).ConfigureAwait(false);
    }
}
