using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>The beginning of a device, as long as a test says.</summary>
internal sealed class ExtensibleDevice(IBlockDevice inner, long length) : DelegatingBlockDevice(inner)
{
    private long _length = length;

    public override BlockDeviceGeometry Geometry =>
        Inner.Geometry with { LengthBytes = Volatile.Read(ref _length) };

    public void Extend(long length) => Volatile.Write(ref _length, length);
}
