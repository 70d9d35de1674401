using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace Kcopyd.Devices;

/// <summary>The system calls that .NET has no form of. Each is the call as the manual has it, on 64-bit
/// Linux.</summary>
/// <remarks>Error numbers are in <see cref="Marshal.GetLastPInvokeError"/>; retrying and short counts are the callers'
/// affair.</remarks>
internal static unsafe partial class LinuxCalls
{
    internal const int OpenReadOnly = 0;
    internal const int OpenReadWrite = 2;
    internal const int OpenCreate = 0x40;
    internal const int OpenExclusive = 0x80;
    internal const int OpenNoTerminal = 0x100;
    internal const int OpenNonBlocking = 0x800;
    internal const int OpenCloseOnExec = 0x80000;

    internal const int DuplicateCloseOnExec = 1030;

    internal const int LockShared = 1;
    internal const int LockExclusive = 2;
    internal const int LockNonBlocking = 4;
    internal const int Unlock = 8;

    internal const int FallocateKeepSize = 1;
    internal const int FallocatePunchHole = 2;
    internal const int FallocateZeroRange = 0x10;

    internal const int SeekEnd = 2;
    internal const int SeekData = 3;
    internal const int SeekHole = 4;

    internal const int AdviseDontNeed = 4;
    internal const int MemoryHugePages = 14;
    internal const int WriteDataSync = 2;
    internal const int NoWait = 8;
    internal const int AtCurrentDirectory = -100;
    internal const int AtEmptyPath = 0x1000;

    internal const nuint BlockZeroOut = 0x127F;
    internal const nuint BlockDiscard = 0x1277;
    internal const nuint BlockSize64 = 0x80081272;
    internal const nuint BlockLogicalSize = 0x1268;
    internal const nuint BlockPhysicalSize = 0x127B;
    internal const nuint LoopGetStatus64 = 0x4C05;
    internal const nuint FileSystemUuid = 0x80111500;

    private const string C = "libc";

    /// <summary>Whether the calls below may be used: the types in their signatures are those of a 64-bit
    /// process.</summary>
    internal static bool Available { get; } = OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>O_DIRECT, which is one of the few flags whose number differs between processors.</summary>
    internal static int OpenDirect { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.Arm64 => 0x10000,
        Architecture.Ppc64le => 0x20000,
        _ => 0x4000,
    };

    [LibraryImport(C, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle Open(string path, int flags, uint mode);

    [LibraryImport(C, EntryPoint = "pread", SetLastError = true)]
    internal static partial nint Read(SafeFileHandle file, byte* buffer, nuint count, long offset);

    [LibraryImport(C, EntryPoint = "pwrite", SetLastError = true)]
    internal static partial nint Write(SafeFileHandle file, byte* buffer, nuint count, long offset);

    [LibraryImport(C, EntryPoint = "preadv2", SetLastError = true)]
    internal static partial nint ReadVector(SafeFileHandle file, IoVector* vectors, int count, long offset, int flags);

    [LibraryImport(C, EntryPoint = "pwritev2", SetLastError = true)]
    internal static partial nint WriteVector(SafeFileHandle file, IoVector* vectors, int count, long offset, int flags);

    [LibraryImport(C, EntryPoint = "fdatasync", SetLastError = true)]
    internal static partial int SyncData(SafeFileHandle file);

    [LibraryImport(C, EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Sync(SafeFileHandle file);

    [LibraryImport(C, EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Truncate(SafeFileHandle file, long length);

    [LibraryImport(C, EntryPoint = "fallocate", SetLastError = true)]
    internal static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport(C, EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(SafeFileHandle file, long offset, int whence);

    [LibraryImport(C, EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport(C, EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Duplicate(SafeFileHandle file, int command, int lowest);

    [LibraryImport(C, EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int file);

    /// <summary>Returns the error number itself.</summary>
    [LibraryImport(C, EntryPoint = "posix_fadvise")]
    internal static partial int Advise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport(C, EntryPoint = "madvise", SetLastError = true)]
    internal static partial int AdviseMemory(void* memory, nuint length, int advice);

    [LibraryImport(C, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Control(SafeFileHandle file, nuint request, void* argument);

    [LibraryImport(C, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Status(int directory, string path, int flags, uint mask, LinuxStatusBuffer* status);

    [LibraryImport(C, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Status(
        SafeFileHandle file, string path, int flags, uint mask, LinuxStatusBuffer* status);

    [LibraryImport(C, EntryPoint = "fstatfs", SetLastError = true)]
    internal static partial int FileSystemStatus(SafeFileHandle file, byte* status);

    [LibraryImport(C, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unlink(string path);

    /// <summary>struct iovec.</summary>
    internal struct IoVector
    {
        internal byte* Start;
        internal nuint Length;
    }
}
