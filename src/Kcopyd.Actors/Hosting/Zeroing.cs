using Kcopyd.Devices;

namespace Kcopyd.Actors.Hosting;

/// <summary>Zeros for a device that may have no command for them.</summary>
internal static class Zeroing
{
    private const int AtOnce = 64 * 1024;

    private static readonly byte[] Zeroes = new byte[AtOnce];

    /// <summary>As <see cref="IBlockDevice.WriteZeroesAsync"/>, and where that is refused writes zeros. Not
    /// cancellable.</summary>
    /// <exception cref="DeviceException">As of both.</exception>
    public static async ValueTask WriteAsync(
        IBlockDevice device, long offset, long length, WriteDurability durability)
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
            var piece = Zeroes.AsMemory(0, (int)Math.Min(AtOnce, length - done));
            await device.WriteAsync(offset + done, piece, durability, default).ConfigureAwait(false);
            done += piece.Length;
        }
    }
}
