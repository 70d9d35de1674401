namespace Kcopyd.Devices;

/// <summary>A block device: positional, asynchronous, cancellable, safe for concurrent calls from any thread.</summary>
/// <remarks>
/// <para>
/// Positions and lengths are bytes and must be multiples of <see cref="BlockDeviceGeometry.LogicalBlockSize"/>; a
/// request that ends at the device's own end may be shorter. A call does the whole thing or fails with a
/// <see cref="DeviceException"/> that says where. A request out of bounds is refused without any I/O.
/// </para>
/// <para>
/// Buffers belong to the caller, who may touch them again only when the call has completed. A cancelled call completes
/// (with <see cref="OperationCanceledException"/>) only when the kernel is done with the buffer, so it may take as
/// long as the I/O. </para>
/// <para>
/// Durability: data is durable after a <see cref="FlushAsync"/> that began after the write completed. A failed flush
/// or a lost connection ends the <see cref="WriteEpoch"/>: what was written in it and not flushed may be gone, and
/// nothing can tell. </para>
/// <para>Who opened a device disposes it; disposing twice is harmless; a call after that fails with
/// <see cref="DeviceErrorKind.Closed"/>.</para>
/// </remarks>
public interface IBlockDevice : IAsyncDisposable
{
    /// <summary>What tells this device from another, as found when it was opened.</summary>
    BlockDeviceIdentity Identity { get; }

    /// <summary>
    /// Size, block sizes and abilities. May change only by an operation of the owner (a file that is extended).
    /// </summary>
    BlockDeviceGeometry Geometry { get; }

    /// <summary>
    /// The number of the current write epoch. Take it before the first write that a later flush is to cover.
    /// </summary>
    long WriteEpoch { get; }

    /// <summary>Fills all of <paramref name="buffer"/> from <paramref name="offset"/>.</summary>
    /// <remarks>What lies past an odd end, up to the end of its sector, reads as zeros.</remarks>
    /// <exception cref="DeviceException">Nothing of the buffer may be trusted from the position that it
    /// names.</exception>
    ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Writes all of <paramref name="buffer"/> at <paramref name="offset"/>.</summary>
    /// <remarks>
    /// Not durable until a flush, unless <paramref name="durability"/> is <see cref="WriteDurability.Durable"/> (FUA).
    /// What lies past an odd end, up to the end of its sector, is not written.
    /// </remarks>
    /// <exception cref="DeviceException">The range holds old or new bytes, sector by sector, until it is written
    /// again.</exception>
    ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a range read as zeros, by the device's own command where it has one, else by writing zeros.
    /// </summary>
    /// <remarks>
    /// May deallocate the range. Not durable until a flush. <paramref name="length"/> has no upper bound.
    /// </remarks>
    /// <exception cref="DeviceException">The range holds old bytes or zeros until it is written again.</exception>
    ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken);

    /// <summary>
    /// Says that the content of a range is no longer needed. What it reads as afterwards is the device's affair.
    /// </summary>
    /// <exception cref="DeviceException">Among others <see cref="DeviceErrorKind.NotSupported"/>; nothing relies on a
    /// discard.</exception>
    ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken);

    /// <summary>
    /// On return, every write that completed before this call, in <paramref name="writeEpoch"/>, is durable.
    /// </summary>
    /// <param name="writeEpoch">The <see cref="WriteEpoch"/> taken before the first of those writes.</param>
    /// <param name="cancellationToken">Stops waiting only before the flush has begun.</param>
    /// <exception cref="DeviceException"> The flush failed, or <see cref="DeviceErrorKind.UnflushedWritesLost"/>: the
    /// epoch had ended. Never simply flush again: take the new epoch and rewrite everything since the last good flush,
    /// or give the device up. </exception>
    ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken);

    /// <summary>
    /// Which parts of a range hold data, read as zeros, or are holes; the answer covers the range from its start and
    /// may end before the range does, but never answers nothing.
    /// </summary>
    /// <remarks>A device that cannot tell answers one data extent. The answer is true until the next write.</remarks>
    /// <exception cref="DeviceException">The device could not be asked.</exception>
    ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken);

    /// <summary>
    /// Forgets cached content of a range, so that the next read asks the medium. Best effort; never loses data.
    /// </summary>
    /// <remarks>What is dirty, also by another's writes, is written back first. If that fails, it stays cached and this
    /// call succeeds; but the write epoch of a writable device has ended then, as after a failed flush.</remarks>
    ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken);

    /// <summary>
    /// Fails if the name that this device was opened by no longer leads to it (removed, replaced, detached).
    /// </summary>
    /// <remarks>Of a writable file it also asks for the errors of writes that the file system reports only when a file
    /// is closed; one ends the write epoch.</remarks>
    /// <exception cref="DeviceException">With <see cref="DeviceErrorKind.Vanished"/>, or, of
    /// <see cref="DeviceOperation.Write"/>, with what closing reported.</exception>
    ValueTask ConfirmAsync(CancellationToken cancellationToken);

    /// <summary>Where a range really lives, so that two names for the same bytes can be told.</summary>
    /// <remarks>Never touches the device. Empty where the bytes live nowhere (a null device).</remarks>
    IReadOnlyList<StorageExtent> Locate(long offset, long length);
}
