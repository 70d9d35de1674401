using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>Compares devices byte by byte.</summary>
public static class DeviceComparer
{
    /// <summary>The first byte that differs, or null where both hold the same.</summary>
    /// <remarks>Where one is a beginning of the other, the first byte that differs is the end of the shorter.</remarks>
    /// <exception cref="DeviceException">A device failed.</exception>
    public static async Task<long?> FirstDifferenceAsync(
        IBlockDevice left, IBlockDevice right, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var (leftLength, rightLength) = (left.Geometry.LengthBytes, right.Geometry.LengthBytes);
        var shorter = Math.Min(leftLength, rightLength);
        return await FirstDifferenceAsync(left, right, shorter, cancellationToken).ConfigureAwait(false)
            ?? (leftLength == rightLength ? null : shorter);
    }

    /// <summary>The first byte among the first <paramref name="lengthBytes"/> that differs, or null.</summary>
    /// <exception cref="DeviceException">A device failed.</exception>
    public static async Task<long?> FirstDifferenceAsync(
        IBlockDevice left, IBlockDevice right, long lengthBytes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var (leftBuffer, rightBuffer) = (AlignedBuffer.Create(), AlignedBuffer.Create());
        for (long offset = 0; offset < lengthBytes; offset += leftBuffer.Length)
        {
            var count = (int)Math.Min(leftBuffer.Length, lengthBytes - offset);
            await ReadAsync(left, offset, leftBuffer, count, cancellationToken).ConfigureAwait(false);
            await ReadAsync(right, offset, rightBuffer, count, cancellationToken).ConfigureAwait(false);
            var equal = leftBuffer.Span[..count].CommonPrefixLength(rightBuffer.Span[..count]);
            if (equal < count)
            {
                return offset + equal;
            }
        }

        return null;
    }

    private static ValueTask ReadAsync(
        IBlockDevice device, long offset, Memory<byte> buffer, int count, CancellationToken cancellationToken)
    {
        // What is compared may end inside a block of the longer device; the request may not.
        var block = device.Geometry.LogicalBlockSize;
        var whole = Math.Min((count + block - 1) / block * block, device.Geometry.LengthBytes - offset);
        return device.ReadAsync(offset, buffer[..(int)whole], cancellationToken);
    }
}
