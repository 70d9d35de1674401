using System.Runtime.InteropServices;

namespace Kcopyd.Devices;

/// <summary>The file, or disk, under a loop device.</summary>
/// <param name="Path">Its path as the kernel gives it; may lead nowhere, or elsewhere (removed, or seen from another
/// root).</param>
/// <param name="Offset">The byte of it that is the loop device's first.</param>
/// <param name="Storage">Its storage name, where it is a file.</param>
/// <param name="Status">What it is; null where it is a file that the path does not lead to.</param>
internal sealed record LinuxBackingFile(string Path, long Offset, string Storage, LinuxFileStatus? Status)
{
    /// <summary>struct loop_info64: 232 bytes, of which the first three numbers are the backing file's device, inode
    /// and rdev.</summary>
    private const int LoopStatusSize = 232;

    /// <summary>What tells it from another: <c>PATH inode N offset N</c>.</summary>
    internal string Mark { get; private init; } = string.Empty;

    /// <summary>Whether the path leads to it.</summary>
    private bool IsReachable { get; init; }

    /// <summary>What backs a disk; null where it is no loop device, or one that is not attached.</summary>
    internal static LinuxBackingFile? Find(string diskDirectory)
    {
        if (LinuxSysfs.Text(diskDirectory, "loop/backing_file") is not { } path)
        {
            return null;
        }

        var offset = LinuxSysfs.Number(diskDirectory, "loop/offset") ?? 0;
        var asked = Ask(diskDirectory);
        if (LinuxFileStatus.TryRead(path, out var status) == 0
            && status is { } found
            && asked?.IsOf(found) != false)
        {
            var name = found.IsBlockSpecial ? $"device {found.Special}" : $"inode {found.Inode}";
            return new LinuxBackingFile(path, offset, string.Empty, found)
            {
                Mark = $"{path} {name} offset {offset}",
                IsReachable = true,
            };
        }

        // Removed, or seen from another root, where the path leads nowhere or to another file.
        return asked is { } backing ? Unreachable(path, offset, backing) : null;
    }

    /// <summary>Writes back and drops cached pages of a range of the loop device. Best effort.</summary>
    internal void DropCache(long offset, long length)
    {
        if (!IsReachable)
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

    private static LinuxBackingFile Unreachable(string path, long offset, Numbers backing) => backing.IsDisk
        ? new(path, offset, string.Empty, backing.Disk) { Mark = $"{path} device {backing.Special} offset {offset}" }
        : new(path, offset, $"file:{backing.Device}:{backing.Inode}", null)
        {
            Mark = $"{path} inode {backing.Inode} offset {offset}",
        };

    private static unsafe Numbers? Ask(string diskDirectory)
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

        var numbers = MemoryMarshal.Cast<byte, ulong>(new ReadOnlySpan<byte>(answer, 24));
        return new Numbers(DeviceName(numbers[0]), numbers[1], DeviceName(numbers[2]));
    }

    private static string DeviceName(ulong device)
    {
        // The kernel's 32-bit form: minor in bits 0-7 and 20-31, major in bits 8-19.
        var major = (device >> 8) & 0xFFF;
        var minor = (device & 0xFF) | ((device >> 12) & 0xFFF00);
        return $"{major}:{minor}";
    }

    /// <summary>What the kernel says of the file that it has open, wherever the path leads.</summary>
    private sealed record Numbers(string Device, ulong Inode, string Special)
    {
        internal bool IsDisk => Special != "0:0";

        internal LinuxFileStatus Disk => new(LinuxFileStatus.BlockSpecial, Device, Inode, LengthBytes: 0, Special);

        internal bool IsOf(LinuxFileStatus found) => found.IsBlockSpecial && IsDisk
            ? found.Special == Special
            : found.Device == Device && found.Inode == Inode;
    }
}
