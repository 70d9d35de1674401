using Kcopyd.Core;

namespace Kcopyd.Devices;

/// <summary>The rules that every request keeps, checked in one place before any I/O.</summary>
internal static class BlockRequest
{
    /// <summary>Refuses a request that is out of bounds or misaligned.</summary>
    internal static void Check(
        string device, DeviceOperation operation, BlockDeviceGeometry geometry, long offset, long length)
    {
        CheckBounds(device, operation, geometry, offset, length);
        var block = geometry.LogicalBlockSize;
        var end = offset + length;
        if (offset % block != 0)
        {
            throw Refusal(
                device,
                operation,
                offset,
                $"the position is not a multiple of the logical block size, {block} bytes");
        }

        if (!MayEndAt(geometry, end))
        {
            throw Refusal(
                device,
                operation,
                offset,
                $"the length, {length} bytes, is not a multiple of the logical block size, {block} bytes");
        }
    }

    /// <summary>As <see cref="Check"/>, and refuses a device that takes no writes.</summary>
    internal static void CheckWrite(
        string device, DeviceOperation operation, BlockDeviceGeometry geometry, long offset, long length)
    {
        if (geometry.IsReadOnly)
        {
            throw new DeviceException(device, operation, DeviceErrorKind.ReadOnly, "it is open for reading only")
            {
                Offset = offset,
            };
        }

        Check(device, operation, geometry, offset, length);
    }

    /// <summary>Refuses a request that is out of bounds; for questions, which need no alignment.</summary>
    internal static void CheckBounds(
        string device, DeviceOperation operation, BlockDeviceGeometry geometry, long offset, long length)
    {
        var end = PaddedEnd(geometry);
        if (offset < 0 || length < 0 || offset > end || length > end - offset)
        {
            throw Refusal(
                device,
                operation,
                offset,
                $"{length} bytes are out of bounds: the device ends at byte {geometry.LengthBytes}");
        }
    }

    /// <summary>How many bytes of a request are the device's own; the rest lies past an odd end.</summary>
    internal static long ValidBytes(BlockDeviceGeometry geometry, long offset, long length) =>
        Math.Clamp(geometry.LengthBytes - offset, 0, length);

    /// <summary>The next multiple of a power of two.</summary>
    internal static long RoundUp(long value, long multiple) => (value + multiple - 1) & -multiple;

    /// <summary>Fails a call on a disposed device.</summary>
    internal static DeviceException Closed(string device, DeviceOperation operation) =>
        new(device, operation, DeviceErrorKind.Closed, "the device is closed");

    private static bool MayEndAt(BlockDeviceGeometry geometry, long end) =>
        geometry.Can(BlockDeviceAbilities.ByteGranular)
        || end % geometry.LogicalBlockSize == 0
        || end == geometry.LengthBytes
        || end == RoundUp(geometry.LengthBytes, Sectors.Size);

    private static long PaddedEnd(BlockDeviceGeometry geometry) =>
        RoundUp(geometry.LengthBytes, Math.Max(Sectors.Size, geometry.LogicalBlockSize));

    private static DeviceException Refusal(string device, DeviceOperation operation, long offset, string reason) =>
        new(device, operation, DeviceErrorKind.InvalidRequest, reason) { Offset = offset };
}
