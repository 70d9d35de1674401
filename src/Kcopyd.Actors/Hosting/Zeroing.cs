using Kcopyd.Devices;

namespace Kcopyd.Actors.Hosting;

/// <summary>Zeros for a device that may have no command for them.</summary>
internal static class Zeroing
{
    /// <summary>As <see cref="IBlockDevice.WriteZeroesAsync"/>, and where that is refused writes zeros: as durable as a
    /// cached write. Not cancellable.</summary>
    /// <exception cref="DeviceException">As of both.</exception>
    public static async ValueTask WriteAsync(IBlockDevice device, long offset, long length)
    {
        try
        {
            await device.WriteZeroesAsync(offset, length, default).ConfigureAwait(false);
            return;
        }
        catch (DeviceException refusal) when (refusal.Kind == DeviceErrorKind.NotSupported)
        {
        }

        for (var done = 0L; done < length;)
        {
            var piece = ZeroPages.Memory[..(int)Math.Min(ZeroPages.Memory.Length, length - done)];
            await device.WriteAsync(offset + done, piece, WriteDurability.Cached, default).ConfigureAwait(false);
            done += piece.Length;
        }
    }
}
