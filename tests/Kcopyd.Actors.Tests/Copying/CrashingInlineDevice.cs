using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>A device with inline calls whose first ones throw what no device may throw.</summary>
internal sealed class CrashingInlineDevice(IInlineBlockDevice inner, int times)
    : DelegatingBlockDevice(inner), IInlineBlockDevice
{
    private int _left = times;

    public bool WaitsForMedium => false;

    public void Read(long offset, Span<byte> buffer)
    {
        CrashIfLeft();
        inner.Read(offset, buffer);
    }

    public void Write(long offset, ReadOnlySpan<byte> buffer, WriteDurability durability)
    {
        CrashIfLeft();
        inner.Write(offset, buffer, durability);
    }

    private void CrashIfLeft()
    {
        if (_left-- > 0)
        {
            throw new InvalidOperationException("injected defect");
        }
    }
}
