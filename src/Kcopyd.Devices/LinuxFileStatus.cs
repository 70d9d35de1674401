using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Devices;

/// <summary>What statx says of a file.</summary>
/// <param name="Type">Regular file, block special, …: the S_IFMT bits.</param>
/// <param name="Device">The file system's device number, <c>MAJOR:MINOR</c>.</param>
/// <param name="Inode">The inode number.</param>
/// <param name="LengthBytes">The size; 0 for a block special file.</param>
/// <param name="Special">The device number that a block special file stands for, <c>MAJOR:MINOR</c>.</param>
internal sealed record LinuxFileStatus(int Type, string Device, ulong Inode, long LengthBytes, string Special)
{
    internal const int RegularFile = 0x8000;
    internal const int BlockSpecial = 0x6000;
    private const int Directory = 0x4000;
    private const int CharacterSpecial = 0x2000;
    private const int NamedPipe = 0x1000;
    private const int Socket = 0xC000;

    private const int TypeMask = 0xF000;
    private const uint BasicAndBirth = 0xFFF;
    private const uint BirthMask = 0x800;
    private const uint DirectMask = 0x2000;

    /// <summary>When it was created, <c>SECONDS.NANOSECONDS</c>; null where the file system does not say.</summary>
    internal string? Birth { get; private init; }

    /// <summary>When its content last changed, <c>SECONDS.NANOSECONDS</c>.</summary>
    internal string? Modified { get; private init; }

    /// <summary>How many names it has; 0 once it is removed.</summary>
    internal uint LinkCount { get; private init; }

    /// <summary>The size that the file system likes I/O to have.</summary>
    internal int PreferredBlockSize { get; private init; }

    /// <summary>What buffers of direct I/O are aligned to; null where the system does not say, 0 where there is no
    /// direct I/O.</summary>
    internal int? DirectMemoryAlignment { get; private init; }

    /// <summary>What positions of direct I/O are multiples of; null and 0 as above.</summary>
    internal int? DirectOffsetAlignment { get; private init; }

    internal bool IsRegular => Type == RegularFile;

    internal bool IsBlockSpecial => Type == BlockSpecial;

    /// <summary>What it is, where it is neither a regular file nor a block device, for the end of a sentence.</summary>
    internal string TypeName => Type switch
    {
        Directory => "a directory",
        CharacterSpecial => "a character device",
        NamedPipe => "a named pipe",
        Socket => "a socket",
        _ => "of an unknown type",
    };

    /// <summary>Asks by name, following symbolic links. Returns 0 or the error number.</summary>
    internal static unsafe int TryRead(string path, out LinuxFileStatus? status)
    {
        LinuxStatusBuffer buffer = default;
        var result = LinuxCalls.Status(
            LinuxCalls.AtCurrentDirectory, path, flags: 0, BasicAndBirth | DirectMask, &buffer);
        return Answer(result, buffer, out status);
    }

    /// <summary>Asks of an open file. Returns 0 or the error number.</summary>
    internal static unsafe int TryRead(SafeFileHandle file, out LinuxFileStatus? status)
    {
        LinuxStatusBuffer buffer = default;
        var result = LinuxCalls.Status(file, string.Empty, LinuxCalls.AtEmptyPath, BasicAndBirth | DirectMask, &buffer);
        return Answer(result, buffer, out status);
    }

    /// <summary>Whether both are the same file, whatever names led there.</summary>
    internal bool IsSameFileAs(LinuxFileStatus other) => IsBlockSpecial
        ? other.IsBlockSpecial && Special == other.Special
        : Type == other.Type && Device == other.Device && Inode == other.Inode;

    private static int Answer(int result, in LinuxStatusBuffer buffer, out LinuxFileStatus? status)
    {
        if (result != 0)
        {
            status = null;
            return Marshal.GetLastPInvokeError();
        }

        var saysDirect = (buffer.Mask & DirectMask) != 0;
        status = new LinuxFileStatus(
            buffer.Mode & TypeMask,
            $"{buffer.DeviceMajor}:{buffer.DeviceMinor}",
            buffer.Inode,
            buffer.Size,
            $"{buffer.SpecialMajor}:{buffer.SpecialMinor}")
        {
            Modified = $"{buffer.ModifiedSeconds}.{buffer.ModifiedNanoseconds:d9}",
            Birth = (buffer.Mask & BirthMask) != 0 ? $"{buffer.BirthSeconds}.{buffer.BirthNanoseconds:d9}" : null,
            LinkCount = buffer.LinkCount,
            PreferredBlockSize = (int)Math.Clamp(buffer.BlockSize, 512, 1 << 20),
            DirectMemoryAlignment = saysDirect ? (int)buffer.DirectMemoryAlignment : null,
            DirectOffsetAlignment = saysDirect ? (int)buffer.DirectOffsetAlignment : null,
        };
        return 0;
    }
}
