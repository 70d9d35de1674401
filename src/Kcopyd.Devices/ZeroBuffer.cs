using System.Runtime.InteropServices;

namespace Kcopyd.Devices;

/// <summary>Zeros to write from: one aligned allocation of the process, read only, never freed.</summary>
internal static unsafe class ZeroBuffer
{
    /// <summary>256 KiB: large enough that the call costs little beside the copy, small enough to stay in a core's
    /// cache.</summary>
    internal const int Size = 256 * 1024;

    private static readonly byte* Memory = Allocate();

    internal static ReadOnlySpan<byte> Span => new(Memory, Size);

    private static byte* Allocate()
    {
        var memory = (byte*)NativeMemory.AlignedAlloc(Size, 4096);
        NativeMemory.Clear(memory, Size);
        return memory;
    }
}
