namespace Kcopyd.Devices;

/// <summary>A device that can also do its I/O on the caller's thread, which then waits for it.</summary>
/// <remarks>
/// Decided: the copy engine reads and writes such devices on its own dispatcher's threads. Because: a page cache copy
/// is processor work, and a hand-over to another thread costs more than it and leaves the data in the wrong core's
/// cache. Instead of: every call through the thread pool. Who has no threads to spare calls the asynchronous methods
/// of <see cref="IBlockDevice"/>. The contracts of the two forms are the same; these cannot be cancelled.
/// </remarks>
public interface IInlineBlockDevice : IBlockDevice
{
    /// <summary>
    /// Whether a call usually waits for a medium (direct I/O) instead of the processor (page cache, memory).
    /// </summary>
    bool WaitsForMedium { get; }

    /// <summary>As <see cref="IBlockDevice.ReadAsync"/>, on this thread.</summary>
    void Read(long offset, Span<byte> buffer);

    /// <summary>Reads on this thread what is in memory. What has to be waited for is not read.</summary>
    /// <returns>Whether all of it was read. If not, the buffer holds nobody knows what, and whoever wants the bytes
    /// waits for them with <see cref="IBlockDevice.ReadAsync"/>.</returns>
    /// <exception cref="DeviceException">The request is out of bounds or misaligned, or the device is
    /// closed.</exception>
    bool TryRead(long offset, Span<byte> buffer)
    {
        if (WaitsForMedium)
        {
            return false;
        }

        Read(offset, buffer);
        return true;
    }

    /// <summary>As <see cref="IBlockDevice.WriteAsync"/>, on this thread.</summary>
    void Write(long offset, ReadOnlySpan<byte> buffer, WriteDurability durability);
}
