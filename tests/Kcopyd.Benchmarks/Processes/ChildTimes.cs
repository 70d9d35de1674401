using System.Runtime.InteropServices;

namespace Kcopyd.Benchmarks.Processes;

/// <summary>Processor time of all children that were waited for so far.</summary>
internal static partial class ChildTimes
{
    private const int Children = -1;

    /// <summary>The structure has 16 numbers on 64-bit Linux; the first four are user and system seconds and
    /// microseconds.</summary>
    private const int Numbers = 18;

    /// <summary>User and system time. The difference of two readings is what ended in between.</summary>
    public static TimeSpan Read()
    {
        Span<long> usage = stackalloc long[Numbers];
        if (GetResourceUsage(Children, usage) != 0)
        {
            throw new InvalidOperationException($"getrusage failed with error {Marshal.GetLastPInvokeError()}.");
        }

        return TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]);
    }

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetResourceUsage(int who, Span<long> usage);
}
