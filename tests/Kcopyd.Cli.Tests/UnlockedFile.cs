using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Cli.Tests;

/// <summary>Reads and cuts files while another has them locked: .NET asks for a lock of its own whatever is
/// shared.</summary>
internal static partial class UnlockedFile
{
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <summary>Opens it.</summary>
    public static SafeFileHandle OpenRead(string path)
    {
        var file = Open(path, ReadOnlyCloseOnExec);
        return file >= 0
            ? new SafeFileHandle(file, ownsHandle: true)
            : throw new IOException($"{path} cannot be opened: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>Cuts it off; unit: bytes.</summary>
    public static void Truncate(string path, long length)
    {
        if (Truncate(path, (nint)length) != 0)
        {
            throw new IOException($"{path} cannot be cut off: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "truncate", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Truncate(string path, nint length);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);
}
