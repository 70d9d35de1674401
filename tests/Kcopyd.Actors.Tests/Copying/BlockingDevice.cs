using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>A device whose inline reads hold their thread until the gate opens.</summary>
internal sealed class BlockingDevice(IInlineBlockDevice inner, ManualResetEventSlim gate, CountdownEvent arrived)
    : DelegatingBlockDevice(inner), IInlineBlockDevice
{
    public bool WaitsForMedium => false;

    public void Read(long offset, Span<byte> buffer)
    {
        arrived.Signal();
        gate.Wait();
        inner.Read(offset, buffer);
    }

    public void Write(long offset, ReadOnlySpan<byte> buffer, WriteDurability durability) =>
        inner.Write(offset, buffer, durability);
}
