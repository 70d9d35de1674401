using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Devices;

/// <summary>Finds out what direct I/O on a file wants its positions and buffers to be multiples of.</summary>
internal static unsafe class LinuxDirectAlignment
{
    private const int PageSize = 4096;

    /// <summary>What the kernel says (statx); where it does not, 512 or 4096 bytes, whichever a read succeeds
    /// with.</summary>
    internal static (int Block, int Memory) Find(string uri, SafeFileHandle file, LinuxFileStatus status)
    {
        if (status is { DirectOffsetAlignment: { } block, DirectMemoryAlignment: { } memory })
        {
            return block > 0 && memory > 0 ? (block, memory) : throw Refused(uri);
        }

        return Reads(file, Core.Sectors.Size) ? (Core.Sectors.Size, Core.Sectors.Size)
            : Reads(file, PageSize) ? (PageSize, PageSize)
            : throw Refused(uri);
    }

    internal static DeviceException Refused(string uri) => new(
        uri,
        DeviceOperation.Open,
        DeviceErrorKind.NotSupported,
        "its file system does not support direct I/O (O_DIRECT); open it buffered")
    {
        Errno = SystemErrors.Invalid,
    };

    private static bool Reads(SafeFileHandle file, int count)
    {
        // Aligned to the count and no more, so that what works here works for every buffer that keeps the rule.
        var memory = (byte*)NativeMemory.AlignedAlloc(2 * PageSize, PageSize);
        try
        {
            return LinuxCalls.Read(file, memory + (count % PageSize), (nuint)count, 0) >= 0
                || Marshal.GetLastPInvokeError() != SystemErrors.Invalid;
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }
}
