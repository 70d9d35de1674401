using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>A device that counts its requests, cheaply enough for a benchmark.</summary>
/// <remarks><see cref="Over"/> keeps the inline calls of a device that has them.</remarks>
/// <param name="inner">The device inside.</param>
public class CountingBlockDevice(IBlockDevice inner) : DelegatingBlockDevice(inner)
{
    private readonly DeviceCounter[] _counters =
        [.. Enum.GetValues<DeviceOperation>().Select(static _ => new DeviceCounter())];

    private long _cacheDrops;

    /// <summary>How often the cache of a range was dropped.</summary>
    public long CacheDrops => Interlocked.Read(ref _cacheDrops);

    /// <summary>The counts of one kind of request. Each number is exact; together they are when nothing is in
    /// flight.</summary>
    public DeviceCounts this[DeviceOperation operation] => _counters[(int)operation].Counts;

    /// <summary>Counts a device's requests, inline ones too where it takes them.</summary>
    public static CountingBlockDevice Over(IBlockDevice inner) =>
        inner is IInlineBlockDevice inline ? new InlineCountingBlockDevice(inline) : new CountingBlockDevice(inner);

    /// <inheritdoc/>
    public override ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var counter = Begin(DeviceOperation.Read);
        return CountAsync(counter, buffer.Length, () => Inner.ReadAsync(offset, buffer, cancellationToken));
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken)
    {
        var counter = Begin(DeviceOperation.Write);
        return CountAsync(
            counter, buffer.Length, () => Inner.WriteAsync(offset, buffer, durability, cancellationToken));
    }

    /// <inheritdoc/>
    public override ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken)
    {
        var counter = Begin(DeviceOperation.WriteZeroes);
        return CountAsync(counter, length, () => Inner.WriteZeroesAsync(offset, length, cancellationToken));
    }

    /// <inheritdoc/>
    public override ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken)
    {
        var counter = Begin(DeviceOperation.Discard);
        return CountAsync(counter, length, () => Inner.DiscardAsync(offset, length, cancellationToken));
    }

    /// <inheritdoc/>
    public override ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken)
    {
        var counter = Begin(DeviceOperation.Flush);
        return CountAsync(counter, 0, () => Inner.FlushAsync(writeEpoch, cancellationToken));
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken)
    {
        IReadOnlyList<BlockExtent> extents = [];
        await CountAsync(Begin(DeviceOperation.BlockStatus), length, AskAsync).ConfigureAwait(false);
        return extents;

        async ValueTask AskAsync() =>
            extents = await Inner.GetBlockStatusAsync(offset, length, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _cacheDrops);
        return base.DropCacheAsync(offset, length, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask ConfirmAsync(CancellationToken cancellationToken) =>
        CountAsync(Begin(DeviceOperation.Confirm), 0, () => Inner.ConfirmAsync(cancellationToken));

    /// <summary>Counts a request as begun.</summary>
    internal DeviceCounter Begin(DeviceOperation operation)
    {
        var counter = _counters[(int)operation];
        counter.Begin();
        return counter;
    }

    private static async ValueTask CountAsync(DeviceCounter counter, long bytes, Func<ValueTask> perform)
    {
        try
        {
            await perform().ConfigureAwait(false);
        }
        catch
        {
            counter.Fail();
            throw;
        }

        counter.Complete(bytes);
    }

    private sealed class InlineCountingBlockDevice(IInlineBlockDevice inner)
        : CountingBlockDevice(inner), IInlineBlockDevice
    {
        public bool WaitsForMedium => inner.WaitsForMedium;

        public bool WritesTakeTurns => inner.WritesTakeTurns;

        public void Read(long offset, Span<byte> buffer)
        {
            var counter = Begin(DeviceOperation.Read);
            try
            {
                inner.Read(offset, buffer);
            }
            catch
            {
                counter.Fail();
                throw;
            }

            counter.Complete(buffer.Length);
        }

        public void Write(long offset, ReadOnlySpan<byte> buffer, WriteDurability durability)
        {
            var counter = Begin(DeviceOperation.Write);
            try
            {
                inner.Write(offset, buffer, durability);
            }
            catch
            {
                counter.Fail();
                throw;
            }

            counter.Complete(buffer.Length);
        }
    }
}
