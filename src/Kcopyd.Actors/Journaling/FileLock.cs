using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Actors.Journaling;

/// <summary>An exclusive lock of a file.</summary>
/// <remarks>
/// On Linux a lock of an open file description: it can be asked for without being taken, and the file can be read
/// while it is locked. Elsewhere a file that is open to nobody else, where asking is trying.
/// </remarks>
internal static partial class FileLock
{
    private const int OfdGetLock = 36;
    private const int OfdSetLock = 37;
    private const int TryAgain = 11;
    private const int AccessDenied = 13;

    private static bool HasRegions { get; } = OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Opens a file, made if it is not there, and locks it.</summary>
    /// <returns>Null if another has the lock.</returns>
    public static SafeFileHandle? TryTake(string path)
    {
        if (!HasRegions)
        {
            return TryOpenAlone(path, FileMode.OpenOrCreate);
        }

        var file = Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        var wanted = new Region { Type = Region.Write };
        if (Control(file, OfdSetLock, ref wanted) == 0)
        {
            return file;
        }

        var error = Marshal.GetLastPInvokeError();
        file.Dispose();
        return error is TryAgain or AccessDenied ? null : throw Failed(path, error);
    }

    /// <summary>Whether anybody has the lock of a file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static bool IsHeld(string path)
    {
        if (!HasRegions)
        {
            using var alone = TryOpenAlone(path, FileMode.Open);
            return alone is null;
        }

        using var file = Open(path, FileMode.Open, FileAccess.Read);
        var found = new Region { Type = Region.Write };
        return Control(file, OfdGetLock, ref found) == 0
            ? found.Type != Region.None
            : throw Failed(path, Marshal.GetLastPInvokeError());
    }

    /// <summary>Whether a name still leads to an open file. Where an open file cannot lose its name, yes.</summary>
    public static bool IsNamed(SafeFileHandle file) =>
        !HasRegions
        || new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget?.EndsWith(
            " (deleted)", StringComparison.Ordinal) == false;

    /// <summary>Gives the lock up and closes the file.</summary>
    public static void Release(SafeFileHandle file)
    {
        if (HasRegions)
        {
            // A child that is just being started may hold a copy of the handle, and with it the lock.
            var none = new Region { Type = Region.None };
            _ = Control(file, OfdSetLock, ref none);
        }

        file.Dispose();
    }

    private static SafeFileHandle Open(string path, FileMode mode, FileAccess access) =>
        File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete);

    private static SafeFileHandle? TryOpenAlone(string path, FileMode mode)
    {
        try
        {
            return File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            return null;
        }
    }

    private static IOException Failed(string path, int error) =>
        new($"{path}: {Marshal.GetPInvokeErrorMessage(error)}");

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command, ref Region region);

    /// <summary>What a lock is of: the whole file, from byte 0 without an end. As on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 32)]
    private struct Region
    {
        public const short Write = 1;
        public const short None = 2;

        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
