using System.Collections.Immutable;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>A device of any size without memory: reads give a pattern, writes are compared with it.</summary>
/// <remarks>
/// As a source it is as fast as filling memory; as a target it says whether everything written was right
/// (<see cref="FirstMismatch"/>) and how much it was (<see cref="BytesWritten"/>), but not whether something is missing
/// or came twice. Zeroing and discarding a range is a mismatch, for the pattern holds no zeros to speak of. Safe for
/// concurrent calls.
/// </remarks>
public sealed class PatternBlockDevice : IBlockDevice
{
    private const long None = long.MaxValue;

    private readonly int _seed;
    private long _firstMismatch = None;
    private long _bytesWritten;
    private int _disposed;

    /// <summary>A device of <paramref name="lengthBytes"/> bytes with the pattern of a seed.</summary>
    public PatternBlockDevice(long lengthBytes, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        _seed = seed;
        Identity = new BlockDeviceIdentity(
            $"pattern:{seed}", lengthBytes, ImmutableSortedDictionary<string, string>.Empty.Add("seed", $"{seed}"));
        Geometry = new BlockDeviceGeometry(lengthBytes, 1, Sectors.Size, false, BlockDeviceAbilities.ByteGranular);
    }

    /// <inheritdoc/>
    public BlockDeviceIdentity Identity { get; }

    /// <inheritdoc/>
    public BlockDeviceGeometry Geometry { get; }

    /// <inheritdoc/>
    public long WriteEpoch => 0;

    /// <summary>The lowest byte that was written with something other than the pattern; null where there is
    /// none.</summary>
    public long? FirstMismatch => Interlocked.Read(ref _firstMismatch) is var first && first == None ? null : first;

    /// <summary>Bytes written, right or wrong.</summary>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    /// <inheritdoc/>
    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (Refusal(DeviceOperation.Read, offset, buffer.Length, cancellationToken) is { } refusal)
        {
            return new ValueTask(refusal);
        }

        var valid = (int)Math.Clamp(Geometry.LengthBytes - offset, 0, buffer.Length);
        TestPatterns.Fill(buffer.Span[..valid], offset, _seed);
        buffer.Span[valid..].Clear();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken)
    {
        if (Refusal(DeviceOperation.Write, offset, buffer.Length, cancellationToken) is { } refusal)
        {
            return new ValueTask(refusal);
        }

        var valid = (int)Math.Clamp(Geometry.LengthBytes - offset, 0, buffer.Length);
        if (TestPatterns.FirstDifference(buffer.Span[..valid], offset, _seed) is { } difference)
        {
            Mismatch(difference);
        }

        Interlocked.Add(ref _bytesWritten, valid);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken)
    {
        if (Refusal(DeviceOperation.WriteZeroes, offset, length, cancellationToken) is { } refusal)
        {
            return new ValueTask(refusal);
        }

        if (length > 0)
        {
            Mismatch(offset);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) =>
        new(Refusal(DeviceOperation.Discard, offset, length, cancellationToken) ?? Task.FromException(
            new DeviceException(Identity.Uri, DeviceOperation.Discard, DeviceErrorKind.NotSupported, "not possible")));

    /// <inheritdoc/>
    public ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken) =>
        new(Refusal(DeviceOperation.Flush, 0, 0, cancellationToken) ?? Task.CompletedTask);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<BlockExtent>>([new BlockExtent(offset, length, BlockStatus.Data)]);

    /// <inheritdoc/>
    public ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask ConfirmAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Nowhere: two devices of one seed are not the same storage.</summary>
    public IReadOnlyList<StorageExtent> Locate(long offset, long length) => [];

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _disposed, 1);
        return ValueTask.CompletedTask;
    }

    private Task? Refusal(DeviceOperation operation, long offset, long length, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        if (Volatile.Read(ref _disposed) != 0)
        {
            return Failed(DeviceErrorKind.Closed, "the device is closed");
        }

        // A request may reach to the end of the last sector.
        return offset >= 0 && length >= 0 && length <= Sectors.ToBytes(Geometry.LengthSectors) - offset
            ? null
            : Failed(DeviceErrorKind.InvalidRequest, $"{length} bytes are not all within {Geometry.LengthBytes} bytes");

        Task Failed(DeviceErrorKind kind, string reason) =>
            Task.FromException(new DeviceException(Identity.Uri, operation, kind, reason) { Offset = offset });
    }

    private void Mismatch(long offset)
    {
        var first = Interlocked.Read(ref _firstMismatch);
        while (offset < first)
        {
            var seen = Interlocked.CompareExchange(ref _firstMismatch, offset, first);
            first = seen == first ? offset : seen;
        }
    }
}
