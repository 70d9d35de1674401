using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;

namespace Kcopyd.Nbd.Tests.Serving;

/// <summary>A device that remembers what it was told to write, and breaks at a place.</summary>
internal sealed class WrittenPieces(MemoryBlockDevice inner, long badOffset = long.MaxValue)
    : DelegatingBlockDevice(inner), IInlineBlockDevice
{
    public List<(long Offset, int Length)> All { get; } = [];

    public bool WaitsForMedium => false;

    public void Read(long offset, Span<byte> buffer) => inner.Read(offset, buffer);

    public void Write(long offset, ReadOnlySpan<byte> buffer, WriteDurability durability)
    {
        Assert.Equal(WriteDurability.Cached, durability);
        All.Add((offset, buffer.Length));
        if (offset <= badOffset && badOffset < offset + buffer.Length)
        {
            throw new DeviceException(
                Identity.Uri, DeviceOperation.Write, DeviceErrorKind.NoSpace, "it is full")
            {
                Offset = badOffset,
            };
        }

        inner.Write(offset, buffer, durability);
    }
}
