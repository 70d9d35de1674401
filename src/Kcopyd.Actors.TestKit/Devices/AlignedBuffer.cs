using System.Runtime.InteropServices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>Memory that direct I/O takes too.</summary>
internal static class AlignedBuffer
{
    private const int Size = 256 * 1024;

    /// <summary>What every device's direct I/O is satisfied with.</summary>
    private const int Alignment = 4096;

    public static Memory<byte> Create()
    {
        var bytes = GC.AllocateUninitializedArray<byte>(Size + Alignment, pinned: true);
        var address = Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0);
        var skipped = (int)((Alignment - (address % Alignment)) % Alignment);
        return bytes.AsMemory(skipped, Size);
    }
}
