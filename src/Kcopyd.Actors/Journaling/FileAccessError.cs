using System.Runtime.InteropServices;

namespace Kcopyd.Actors.Journaling;

/// <summary>Why this process may not read or write a file, asked without opening it: to close a file again would end
/// the locks that SQLite has on it in the same process.</summary>
internal static partial class FileAccessError
{
    private const int Readable = 4;
    private const int Writable = 2;

    /// <summary>The end of a sentence; null where it may, and where the system has no answer.</summary>
    public static string? OfReading(string path) => Of(path, Readable);

    /// <summary>Whether the directory of a file takes another one: the end of a sentence; null where it does, and where
    /// the system has no answer.</summary>
    public static string? OfWriting(string path) => Of(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/", Writable);

    private static string? Of(string path, int wanted) =>
        OperatingSystem.IsLinux() && Access(path, wanted) != 0
            ? $"{path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}"
            : null;

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
