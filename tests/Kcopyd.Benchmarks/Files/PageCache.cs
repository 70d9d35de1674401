using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Benchmarks.Files;

/// <summary>Takes a file or device out of the page cache, so that no run depends on the one before.</summary>
internal static partial class PageCache
{
    private const int DoNotNeed = 4;

    /// <summary>Makes it durable and forgets it.</summary>
    public static void Drop(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(file);
        var error = Advise(file, 0, 0, DoNotNeed);
        if (error != 0)
        {
            throw new IOException($"{path} cannot be taken out of the page cache: error {error}.");
        }
    }

    /// <summary>Returns the error itself, not through errno.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
