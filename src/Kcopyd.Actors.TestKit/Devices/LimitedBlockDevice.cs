using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>A device that can do less than the one inside: without some abilities, with larger blocks,
/// read-only.</summary>
/// <remarks>
/// It behaves as the contract says for such a device: without write-zeroes it writes zeros, without block status
/// everything is data, without discard a discard is refused. To refuse write-zeroes use
/// <see cref="DeviceFault.Unsupported"/>.
/// </remarks>
public sealed class LimitedBlockDevice : DelegatingBlockDevice
{
    /// <summary>Bytes of zeros written at a time: few enough to keep around, enough to be quick in memory.</summary>
    private const int ZeroesAtOnce = 64 * 1024;

    private static readonly byte[] Zeroes = new byte[ZeroesAtOnce];

    private readonly BlockDeviceAbilities _without;
    private readonly int _logicalBlockSize;

    /// <summary>A device limited by the properties that are set.</summary>
    public LimitedBlockDevice(IBlockDevice inner)
        : base(inner)
    {
        _logicalBlockSize = Inner.Geometry.LogicalBlockSize;
    }

    /// <summary>The abilities taken away. Default none. Without byte granularity blocks are at least a
    /// sector.</summary>
    public BlockDeviceAbilities Without
    {
        get => _without;
        init
        {
            _without = value;
            if (value.HasFlag(BlockDeviceAbilities.ByteGranular))
            {
                _logicalBlockSize = Math.Max(_logicalBlockSize, Sectors.Size);
            }
        }
    }

    /// <summary>What positions and lengths are multiples of, in bytes: a power of two, not below the inner device's, at
    /// most 64 KiB. Default: the inner device's.</summary>
    public int LogicalBlockSize
    {
        get => _logicalBlockSize;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, Inner.Geometry.LogicalBlockSize);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ZeroesAtOnce);
            ArgumentOutOfRangeException.ThrowIfNotEqual(int.IsPow2(value), true, nameof(value));
            _logicalBlockSize = value;
        }
    }

    /// <summary>Whether everything that changes the device is refused. Default: as the inner device.</summary>
    public bool IsReadOnly { get; init; }

    /// <inheritdoc/>
    public override BlockDeviceGeometry Geometry
    {
        get
        {
            var inner = Inner.Geometry;
            var without = Without;
            if (_logicalBlockSize > 1)
            {
                without |= BlockDeviceAbilities.ByteGranular;
            }

            return inner with
            {
                LogicalBlockSize = _logicalBlockSize,
                PhysicalBlockSize = Math.Max(inner.PhysicalBlockSize, _logicalBlockSize),
                IsReadOnly = inner.IsReadOnly || IsReadOnly,
                Abilities = inner.Abilities & ~without,
            };
        }
    }

    /// <inheritdoc/>
    public override async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        CheckAligned(DeviceOperation.Read, offset, buffer.Length);
        await Inner.ReadAsync(offset, buffer, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken)
    {
        CheckWritable(DeviceOperation.Write, offset, buffer.Length);
        await Inner.WriteAsync(offset, buffer, durability, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken)
    {
        CheckWritable(DeviceOperation.WriteZeroes, offset, length);
        if (!Without.HasFlag(BlockDeviceAbilities.WriteZeroes))
        {
            await Inner.WriteZeroesAsync(offset, length, cancellationToken).ConfigureAwait(false);
            return;
        }

        for (long done = 0; done < length; done += ZeroesAtOnce)
        {
            var count = (int)Math.Min(ZeroesAtOnce, length - done);
            await Inner.WriteAsync(offset + done, Zeroes.AsMemory(0, count), WriteDurability.Cached, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken)
    {
        CheckWritable(DeviceOperation.Discard, offset, length);
        if (Without.HasFlag(BlockDeviceAbilities.Discard))
        {
            throw new DeviceException(
                Identity.Uri, DeviceOperation.Discard, DeviceErrorKind.NotSupported, "the device takes no discards");
        }

        await Inner.DiscardAsync(offset, length, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken)
    {
        CheckAligned(DeviceOperation.BlockStatus, offset, length);
        return Without.HasFlag(BlockDeviceAbilities.BlockStatus)
            ? [new BlockExtent(offset, length, BlockStatus.Data)]
            : await Inner.GetBlockStatusAsync(offset, length, cancellationToken).ConfigureAwait(false);
    }

    private void CheckWritable(DeviceOperation operation, long offset, long length)
    {
        if (Geometry.IsReadOnly)
        {
            throw new DeviceException(Identity.Uri, operation, DeviceErrorKind.ReadOnly, "the device is read-only");
        }

        CheckAligned(operation, offset, length);
    }

    private void CheckAligned(DeviceOperation operation, long offset, long length)
    {
        var isTail = offset + length >= Geometry.LengthBytes;
        if (offset % _logicalBlockSize != 0 || (length % _logicalBlockSize != 0 && !isTail))
        {
            throw new DeviceException(
                Identity.Uri,
                operation,
                DeviceErrorKind.InvalidRequest,
                $"{length} bytes at {offset} are not whole blocks of {_logicalBlockSize} bytes")
            {
                Offset = offset,
            };
        }
    }
}
