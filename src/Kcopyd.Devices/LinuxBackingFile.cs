using System.Runtime.InteropServices;

namespace Kcopyd.Devices;

/// <summary>The file, or disk, under a loop device.</summary>
/// <param name="Path">Its path as the kernel gives it; may lead nowhere (removed, or seen from elsewhere).</param>
/// <param name="Offset">The byte of it that is the loop device's first.</param>
/// <param name="Storage">Its storage name, where it is a file.</param>
/// <param name="Status">What it is; null where the path leads nowhere.</param>
internal sealed record LinuxBackingFile(string Path, long Offset, string Storage, LinuxFileStatus? Status)
{
    /// <summary>struct loop_info64: 232 bytes, of which the first three numbers are the backing file's device, inode
    /// and rdev.</summary>
    private const int LoopStatusSize = 232;

    /// <summary>What tells it from another: <c>PATH inode N offset N</c>.</summary>
    internal string Mark { get; private init; } = string.Empty;

    /// <summary>What backs a disk; null where it is no loop device, or one that is not attached.</summary>
    internal static LinuxBackingFile? Find(string diskDirectory)
    {
        if (LinuxSysfs.Text(diskDirectory, "loop/backing_file") is not { } path)
        {
            return null;
        }

        var offset = LinuxSysfs.Number(diskDirectory, "loop/offset") ?? 0;
        if (LinuxFileStatus.TryRead(path, out var status) == 0 && status is { } found)
        {
            var inode = found.IsBlockSpecial ? $"device {found.Special}" : $"inode {found.Inode}";
            return new LinuxBackingFile(path, offset, string.Empty, found) { Mark = $"{path} {inode} offset {offset}" };
        }

        // Removed, or seen from another root: the kernel still knows its device and inode.
        return Ask(diskDirectory) is var (device, number)
            ? new LinuxBackingFile(path, offset, $"file:{device}:{number}", null)
            {
                Mark = $"{path} inode {number} offset {offset}",
            }
            : null;
    }

    /// <summary>Writes back and drops cached pages of a range of the loop device. Best effort.</summary>
    internal void DropCache(long offset, long length)
    {
        if (Status is null)
        {
            return;
        }

        using var file = LinuxCalls.Open(Path, LinuxCalls.OpenReadOnly | LinuxCalls.OpenCloseOnExec, 0);
        if (!file.IsInvalid)
        {
            _ = LinuxFile.Sync(file, withMetadata: false);
            _ = LinuxCalls.Advise(file, Offset + offset, length, LinuxCalls.AdviseDontNeed);
        }
    }

    private static unsafe (string Device, ulong Inode)? Ask(string diskDirectory)
    {
        if (LinuxSysfs.Entry(diskDirectory, "uevent", "DEVNAME") is not { } name)
        {
            return null;
        }

        const int flags = LinuxCalls.OpenReadOnly | LinuxCalls.OpenCloseOnExec | LinuxCalls.OpenNonBlocking;
        using var loop = LinuxCalls.Open($"/dev/{name}", flags, 0);
        var answer = stackalloc byte[LoopStatusSize];
        if (loop.IsInvalid || LinuxCalls.Control(loop, LinuxCalls.LoopGetStatus64, answer) != 0)
        {
            return null;
        }

        var numbers = MemoryMarshal.Cast<byte, ulong>(new ReadOnlySpan<byte>(answer, 16));
        var device = numbers[0];

        // The kernel's 32-bit form: minor in bits 0-7 and 20-31, major in bits 8-19.
        var major = (device >> 8) & 0xFFF;
        var minor = (device & 0xFF) | ((device >> 12) & 0xFFF00);
        return ($"{major}:{minor}", numbers[1]);
    }
}
